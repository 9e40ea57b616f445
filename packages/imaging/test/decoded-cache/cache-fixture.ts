import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DecodedCache, type DecodedCacheOptions, type PixelCache } from "../../src/decoded-cache/index.ts";
import { IMAGENET_PREPROCESSING, type PixelImage, type Preprocessing } from "../../src/preprocess/index.ts";

export const PREPROCESSING: Preprocessing = { ...IMAGENET_PREPROCESSING, inputSize: 8 };
export const BASIS = { preprocessing: PREPROCESSING, maxPixels: 1_000_000 };

/** Files of the cache are told apart by their bytes alone, so any will do. */
export const fileNumbered = (number: number) => Buffer.from(`file ${number}`);

/** Pixels that follow from the number; colour for every third. */
export function imageNumbered(number: number, size = PREPROCESSING.inputSize): PixelImage {
  const channels = number % 3 === 0 ? 3 : 1;
  const data = Uint8Array.from(
    { length: channels * size * size },
    (_, index) => (number * 31 + index * 7) % 256,
  );
  return { channels, size, data };
}

export const mustNotDecode = (): Promise<PixelImage> => Promise.reject(new Error("decoded"));

/** Opens the part for BASIS, in its first pass. */
export async function openPart(
  options: DecodedCacheOptions,
): Promise<{ cache: DecodedCache; part: PixelCache } & AsyncDisposable> {
  const cache = new DecodedCache(options);
  const part = cache.for(BASIS);
  await part.beginPass("first");
  return { cache, part, [Symbol.asyncDispose]: () => cache.close() };
}

/** Keeps the images numbered from `first` on, and ends. */
export async function keepImages(root: string, numbers: readonly number[]): Promise<void> {
  await using opened = await openPart({ root });
  for (const number of numbers) {
    await opened.part.load(fileNumbered(number), async () => imageNumbered(number));
  }
}

export async function cacheFiles(root: string, extension: "index" | "pixels"): Promise<string[]> {
  const names = await readdir(root, { recursive: true });
  return names.filter((name) => name.endsWith(`.${extension}`)).map((name) => join(root, name));
}
