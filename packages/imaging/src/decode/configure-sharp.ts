import sharp from "sharp";

/** libvips' loaders that this project decodes with; every other one is switched off. */
const LOADERS = ["VipsForeignLoadPng", "VipsForeignLoadJpeg", "VipsForeignLoadTiff"];

/**
 * Settings of the whole process, so the app that owns it calls this once at its start.
 *
 * - `threads` per image (default 1: a batch decodes many images at a time, and 4 threads for one measured slower);
 * - no operation cache, which would keep the last decoded images in memory and never be hit;
 * - loaders other than PNG, JPEG and TIFF blocked, as a second lock behind the check of a file's first bytes.
 */
export function configureSharp({ threads = 1 }: { readonly threads?: number } = {}): void {
  sharp.concurrency(threads);
  sharp.cache(false);
  sharp.block({ operation: ["VipsForeignLoad"] });
  sharp.unblock({ operation: LOADERS });
}
