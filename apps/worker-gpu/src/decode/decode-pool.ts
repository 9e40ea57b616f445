import { HairlineError } from "@hairline/core/errors";
import { ownBytes, ThreadPool, threadUrl, type LossReason } from "@hairline/core/threads";
import type { PixelImage, Preprocessing } from "@hairline/imaging/preprocess";
import type { ImageLimits } from "../config.ts";
import type { DecodeRequest } from "./decode-thread.ts";

/** The decoder's own limit fires first; this one is for a thread that no longer answers. */
const UNRESPONSIVE_MS = 5_000;

export interface DecodeOptions {
  readonly preprocessing: Preprocessing;
  readonly priority: number;
  readonly signal: AbortSignal;
}

export interface DecodePoolOptions {
  readonly threads: number;
  readonly limits: ImageLimits;
}

/** Decodes and resizes images in worker threads, off the event loop that renews job locks. */
export class DecodePool implements AsyncDisposable {
  readonly #threads: ThreadPool<DecodeRequest, PixelImage>;
  readonly #limits: ImageLimits;

  constructor({ threads, limits }: DecodePoolOptions) {
    this.#limits = limits;
    this.#threads = new ThreadPool({
      url: threadUrl("./decode-thread", import.meta.url),
      size: threads,
      errorWhenLost: (reason) => imageErrorWhenLost(reason, limits),
    });
  }

  get size(): number {
    return this.#threads.size;
  }

  get maxPixels(): number {
    return this.#limits.maxPixels;
  }

  whenStarted(): Promise<void> {
    return this.#threads.whenStarted();
  }

  /**
   * Takes the bytes over: they are moved to the thread.
   * @throws HairlineError IMAGE_* when the image is at fault, a crash of the decoder on it included
   */
  decode(bytes: Uint8Array, { preprocessing, priority, signal }: DecodeOptions): Promise<PixelImage> {
    const own = ownBytes(bytes);
    const { maxBytes, maxPixels, decodeTimeoutMs } = this.#limits;
    return this.#threads.run(
      { bytes: own, preprocessing, limits: { maxBytes, maxPixels, timeoutMs: decodeTimeoutMs } },
      {
        transfer: [own.buffer],
        timeoutMs: decodeTimeoutMs + UNRESPONSIVE_MS,
        priority,
        signal,
      },
    );
  }

  close(): Promise<void> {
    return this.#threads.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** A thread holds one image at a time, so its death is that image's doing. */
export function imageErrorWhenLost(reason: LossReason, limits: ImageLimits): HairlineError {
  switch (reason) {
    case "crash":
      return new HairlineError("IMAGE_UNREADABLE", "The decoder crashed on this image.");
    case "timeout":
      return new HairlineError(
        "IMAGE_DECODE_TIMEOUT",
        `The image was not decoded within ${limits.decodeTimeoutMs} ms.`,
        { field: "HAIRLINE_DECODE_TIMEOUT_MS" },
      );
  }
}
