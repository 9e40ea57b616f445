import { readdir } from "node:fs/promises";
import { extname } from "node:path";
import type { Database } from "@hairline/core/db";
import { HairlineError, isHairlineError } from "@hairline/core/errors";
import { openObjectStore } from "@hairline/core/storage";
import { DEFAULT_DECODE_LIMITS } from "@hairline/imaging/decode";
import { loadPixels, type PixelImage, type Preprocessing } from "@hairline/imaging/preprocess";

export interface ModelImageOptions {
  /** Folder the object keys are relative to. */
  readonly root: string;
  readonly preprocessing: Preprocessing;
  readonly signal: AbortSignal;
}

const EXTENSIONS = new Set([".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp"]);

/** The images of a folder and those below it that can be read as the network takes them, by name. */
export async function* folderImages(options: ModelImageOptions): AsyncGenerator<PixelImage> {
  const names = await listFolder(options.root);
  const keys = names.filter((name) => EXTENSIONS.has(extname(name).toLowerCase())).sort();
  yield* readableImages(keys, options);
}

async function listFolder(root: string): Promise<string[]> {
  try {
    const names = await readdir(root, { recursive: true });
    return names.map((name) => name.replaceAll("\\", "/"));
  } catch (cause) {
    throw new HairlineError("ARCHIVE_NOT_FOUND", "The folder of images cannot be read.", {
      file: root,
      remedy: "Name a folder with radiographs.",
      cause,
    });
  }
}

/** Keys of a dataset's images in an order that is random over the archive and the same on every call. */
export async function sampleKeys(
  { pool }: Database,
  { datasetId, count }: { readonly datasetId: number; readonly count: number },
): Promise<string[]> {
  const { rows } = await pool.query<{ object_key: string }>(
    `select object_key from image where dataset_id = $1::bigint
     order by hashtextextended(object_key, 0), object_key limit $2::int`,
    [datasetId, count],
  );
  return rows.map((row) => row.object_key);
}

/** Those of the images that can be read; an archive's damaged files are quarantined when it is scored. */
export async function* readableImages(
  keys: Iterable<string>,
  { root, preprocessing, signal }: ModelImageOptions,
): AsyncGenerator<PixelImage> {
  const store = openObjectStore(root);
  for (const key of keys) {
    signal.throwIfAborted();
    try {
      const bytes = await store.get(key, { signal, maxBytes: DEFAULT_DECODE_LIMITS.maxBytes });
      yield await loadPixels(bytes, preprocessing);
    } catch (error) {
      if (!isHairlineError(error) || !error.code.startsWith("IMAGE_")) throw error;
    }
  }
}
