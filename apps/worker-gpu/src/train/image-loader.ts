import { createHash } from "node:crypto";
import type { PixelImage } from "@hairline/imaging/preprocess";
import type { ScoringStages } from "../pipeline/score-images.ts";
import type { ArchiveReader } from "../archive.ts";

/** Where an image's bytes lie, and what they were when they were imported. */
export interface ImageFile {
  readonly objectKey: string;
  readonly byteSize: number | null;
  readonly modifiedAt: Date | null;
}

export interface LoadedImage {
  readonly pixels: PixelImage;
  /** Hex SHA-256 of the file. */
  readonly sha256: string;
}

export interface ImageLoaderOptions {
  readonly archive: ArchiveReader;
  /** In threads, or from the cache of decoded images. */
  readonly decode: ScoringStages["decode"];
  /** Images read and decoded at a time. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
}

/** Reads and decodes images of one archive. */
export class ImageLoader {
  readonly concurrency: number;
  readonly #options: ImageLoaderOptions;

  constructor(options: ImageLoaderOptions) {
    this.concurrency = options.concurrency;
    this.#options = options;
  }

  /** @throws HairlineError IMAGE_* when the image is at fault */
  async load({ objectKey, byteSize, modifiedAt }: ImageFile): Promise<LoadedImage> {
    const { archive, decode, signal } = this.#options;
    const imported = byteSize === null || modifiedAt === null ? undefined : { byteSize, modifiedAt };
    const bytes = await archive.read({ objectKey, imported }, signal);
    // Before decoding, which takes the bytes over.
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return { pixels: await decode(bytes, signal), sha256 };
  }
}
