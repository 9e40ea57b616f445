import { createHash } from "node:crypto";
import { join } from "node:path";
import { imageLibraryVersions } from "../decode/index.ts";
import { pixelChoices, type Preprocessing } from "../preprocess/index.ts";
import { PixelCache, type PixelCacheCounts } from "./pixel-cache.ts";

/** Raised when the files change; caches of other formats are left to be removed. */
const FORMAT_VERSION = 1;

/** 20 GiB: 400,000 grey images of 224 pixels. */
export const DEFAULT_MAX_CACHE_BYTES = 20 * 1024 ** 3;

export interface DecodedCacheOptions {
  /** Folder of the cache; made when something is kept. Removing it, or anything in it, is safe at any time. */
  readonly root: string;
  /** Bytes of all files together. Each further process that writes may add a 64th. */
  readonly maxBytes?: number;
  /** The cache is of less use than it could be, and why; once a pass at most. */
  readonly onWarning?: (message: string) => void;
}

/** What besides the file decides whether and how it is decoded. */
export interface DecodingBasis {
  readonly preprocessing: Preprocessing;
  /** Files over the limit are refused, and must be refused also where a larger limit once let them through. */
  readonly maxPixels: number;
}

/** Decoded and resized images in packed files, for archives that are read again and again. */
export class DecodedCache implements AsyncDisposable {
  readonly #options: Required<DecodedCacheOptions>;
  readonly #parts = new Map<string, PixelCache>();

  constructor({ root, maxBytes = DEFAULT_MAX_CACHE_BYTES, onWarning = () => {} }: DecodedCacheOptions) {
    this.#options = { root, maxBytes, onWarning };
  }

  /** The part for one way of decoding; the same one every time. */
  for(basis: DecodingBasis): PixelCache {
    const fingerprint = pixelFingerprint(basis);
    const known = this.#parts.get(fingerprint);
    if (known !== undefined) return known;
    const part = new PixelCache({ ...this.#options, folder: join(this.#options.root, fingerprint) });
    this.#parts.set(fingerprint, part);
    return part;
  }

  /** Of all parts together. */
  get counts(): PixelCacheCounts {
    const counts = { hits: 0, misses: 0, written: 0, skipped: 0, damaged: 0 };
    for (const part of this.#parts.values()) {
      const own = part.counts;
      for (const name of COUNT_NAMES) counts[name] += own[name];
    }
    return counts;
  }

  /** Writes what is waiting. */
  async close(): Promise<void> {
    await Promise.all([...this.#parts.values()].map((part) => part.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

const COUNT_NAMES = ["hits", "misses", "written", "skipped", "damaged"] as const;

/**
 * SHA-256 (64 hex digits) over all that decides the pixels of a file. Unlike the preprocessing's fingerprint it leaves
 * out mean and deviation, which the network applies, and includes the libraries, whose next version may round otherwise.
 */
function pixelFingerprint({ preprocessing, maxPixels }: DecodingBasis): string {
  const choices = { FORMAT_VERSION, ...pixelChoices(preprocessing), ...imageLibraryVersions(), maxPixels };
  return createHash("sha256").update(JSON.stringify(choices)).digest("hex");
}
