import { HairlineError } from "@hairline/core/errors";
import { ThreadPool, threadUrl } from "@hairline/core/threads";
import {
  refuseTelemetry,
  type EngineName,
  type InferenceResult,
  type PixelBatch,
} from "@hairline/model/engine";
import type { ModelFiles } from "@hairline/model/registry";
import type { InferenceRequest, InferenceThreadData } from "./inference-protocol.ts";

/** The batch at work and the next one, so that a thread does not wait for its answer to be read. */
const BATCHES_IN_THREAD = 2;

export interface InferenceDeviceOptions {
  readonly objectsRoot: string;
  readonly engine: EngineName;
  /** Which GPU, from 0; the engine's first when absent. */
  readonly gpu?: number | undefined;
  /** Threads with an engine each. */
  readonly engines: number;
  /** Intra-operator threads of each engine. */
  readonly threadsPerEngine: number;
}

export interface InferOptions {
  /** Lower goes first. */
  readonly priority: number;
  readonly signal: AbortSignal;
}

/**
 * The network, in threads of its own: a call into an engine blocks its event loop for the whole batch, and the main
 * one has locks to renew. Several engines of one thread each share cores with the decoders better than one engine of
 * several threads, whose every operator waits for its slowest thread (docs/adr/0006-scoring-pipeline.md).
 */
export class InferenceDevice implements AsyncDisposable {
  readonly #threads: ThreadPool<InferenceRequest, InferenceResult>;

  constructor({ objectsRoot, engine, gpu, engines, threadsPerEngine }: InferenceDeviceOptions) {
    // The engine opens in a thread, which cannot set this for the process.
    refuseTelemetry();
    const workerData: InferenceThreadData = { objectsRoot, engine, gpu, threads: threadsPerEngine };
    this.#threads = new ThreadPool({
      url: threadUrl("./inference-thread", import.meta.url),
      size: engines,
      workerData,
      tasksPerThread: BATCHES_IN_THREAD,
      errorWhenLost: (_reason, cause) =>
        new HairlineError("ENGINE_UNAVAILABLE", `An inference thread ended: ${cause.message}`, { cause }),
    });
  }

  /** Batches it can hold before one has to wait. */
  get batchesAtOnce(): number {
    return this.#threads.size * BATCHES_IN_THREAD;
  }

  whenStarted(): Promise<void> {
    return this.#threads.whenStarted();
  }

  /**
   * Takes the batch's pixels over: they are moved to a thread.
   * @throws HairlineError MODEL_DAMAGED when a file of the model is missing or altered; what InferenceEngine.infer throws
   */
  infer(model: ModelFiles, batch: PixelBatch, options: InferOptions): Promise<InferenceResult> {
    const transfer = [batch.data.buffer as ArrayBuffer];
    return this.#threads.run({ model, batch }, { ...options, transfer });
  }

  close(): Promise<void> {
    return this.#threads.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
