import { link, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { writeSyntheticArchive } from "@hairline/imaging/synthetic";

/** The generator draws nearly two images of each study. */
const IMAGES_PER_STUDY = 1.8;
const IMAGE_NAME = /\.(png|jpe?g|tiff?)$/i;

export interface GeneratedImages {
  readonly count: number;
  /** Drawings; further files are hard links to them. */
  readonly distinct: number;
}

/** MURA-like grey PNGs, 512 pixels on the long side, below `folder`/images. */
export async function generateImages(folder: string, { count, distinct }: GeneratedImages): Promise<void> {
  const source = join(folder, "drawn");
  const studies = Math.ceil(Math.min(count, distinct) / IMAGES_PER_STUDY);
  await writeSyntheticArchive({ root: source, seed: 1, studies });
  const drawn = (await listImages(source)).slice(0, distinct);
  const target = join(folder, "images");
  await mkdir(target, { recursive: true });
  for (let index = 0; index < count; index += 1) {
    const from = drawn[index % drawn.length];
    if (from !== undefined) await link(from, join(target, `image-${String(index).padStart(6, "0")}.png`));
  }
}

export async function listImages(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && IMAGE_NAME.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
