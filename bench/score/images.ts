import { copyFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { writeSyntheticArchive } from "@hairline/imaging/synthetic";

const DISTINCT_STUDIES = 40;
const IMAGE_NAME = /\.(png|jpe?g|tiff?)$/i;

/** MURA-like grey PNGs, 512 pixels on the long side: distinct drawings copied until there are enough files. */
export async function generateImages(folder: string, count: number): Promise<void> {
  const source = join(folder, "drawn");
  await writeSyntheticArchive({ root: source, seed: 1, studies: DISTINCT_STUDIES });
  const drawn = await listImages(source);
  const target = join(folder, "images");
  await mkdir(target, { recursive: true });
  for (let index = 0; index < count; index += 1) {
    const from = drawn[index % drawn.length];
    if (from !== undefined) await copyFile(from, join(target, `image-${String(index).padStart(6, "0")}.png`));
  }
}

export async function listImages(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && IMAGE_NAME.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
