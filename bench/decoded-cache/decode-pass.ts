import { relative } from "node:path";
import { isHairlineError } from "@hairline/core/errors";
import { DEFAULT_DECODE_LIMITS } from "@hairline/imaging/decode";
import { DecodedCache } from "@hairline/imaging/decoded-cache";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { openFilesystemStore } from "@hairline/core/storage";
import { DecodePool } from "../../apps/worker-gpu/src/decode/decode-pool.ts";
import { openDecodeStage } from "../../apps/worker-gpu/src/decode/decode-stage.ts";
import { mapConcurrently } from "../../apps/worker-gpu/src/pipeline/concurrency.ts";

export interface PassFigures {
  readonly imagesPerSecond: number;
  /** Of all threads of the process. */
  readonly cpuMsPerImage: number;
  /** Files that are broken; they are read and refused in every pass. */
  readonly refused: number;
}

export interface PassSource {
  readonly root: string;
  readonly files: readonly string[];
}

/** The worker's own read and decode stages, with nothing behind them. */
export class DecodePasses implements AsyncDisposable {
  readonly #source: PassSource;
  readonly #decoders: DecodePool;

  private constructor(source: PassSource, decoders: DecodePool) {
    this.#source = source;
    this.#decoders = decoders;
  }

  static async open(source: PassSource, threads: number): Promise<DecodePasses> {
    const { maxBytes, maxPixels, timeoutMs } = DEFAULT_DECODE_LIMITS;
    const limits = { maxBytes, maxPixels, decodeTimeoutMs: timeoutMs };
    const decoders = new DecodePool({ threads, limits });
    await decoders.whenStarted();
    return new DecodePasses(source, decoders);
  }

  /** Reads every file once, as a worker that has just started; the time ends when what was kept is written. */
  async run(cacheRoot: string | undefined): Promise<PassFigures> {
    const { root, files } = this.#source;
    const store = openFilesystemStore(root);
    const { signal } = new AbortController();
    const cpu = process.cpuUsage();
    const startedMs = performance.now();
    const decodedCache = cacheRoot === undefined ? undefined : new DecodedCache({ root: cacheRoot });
    const decode = await openDecodeStage({
      decoders: this.#decoders,
      decodedCache,
      preprocessing: IMAGENET_PREPROCESSING,
      priority: 1,
      runId: "bench",
    });
    const load = async (file: string) => {
      const bytes = await store.get(relative(root, file));
      return await decode(bytes, signal).catch(refusedImage);
    };
    let images = 0;
    for await (const pixels of mapConcurrently(files, 2 * this.#decoders.size, load)) {
      if (pixels !== undefined) images += 1;
    }
    await decodedCache?.close();
    const seconds = (performance.now() - startedMs) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return {
      imagesPerSecond: images / seconds,
      cpuMsPerImage: (user + system) / 1000 / images,
      refused: files.length - images,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#decoders.close();
  }
}

function refusedImage(error: unknown): undefined {
  if (!isHairlineError(error)) throw error;
}
