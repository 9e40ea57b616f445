import { HairlineError } from "@hairline/core/errors";
import { refuseTelemetry, type InferenceResult, type PixelBatch } from "@hairline/model/engine";
import type { StoredFile } from "@hairline/model/registry";
import { ThreadPool } from "../threads/thread-pool.ts";
import { threadUrl } from "../threads/thread-url.ts";
import type {
  EngineDescription,
  InferenceReply,
  InferenceRequest,
  InferenceThreadData,
} from "./inference-protocol.ts";

/** Models kept loaded while no shard uses them. */
const IDLE_MODELS_KEPT = 1;

/** The batch at work and the next one, so that the device does not wait for the answer to be read. */
const BATCHES_IN_THREAD = 2;

export interface InferOptions {
  readonly priority: number;
  readonly signal: AbortSignal;
}

/** A loaded model, held for as long as a shard uses it. */
export interface ModelLease extends Disposable {
  readonly engine: EngineDescription;
  infer(batch: PixelBatch, options: InferOptions): Promise<InferenceResult>;
}

interface LoadedModel {
  readonly loading: Promise<EngineDescription>;
  users: number;
}

/**
 * The network, in a thread of its own: a call into the engine blocks its event loop for the whole batch, and the
 * main one has locks to renew. One device runs one batch at a time; shards take turns by priority.
 */
export class InferenceDevice implements AsyncDisposable {
  readonly #thread: ThreadPool<InferenceRequest, InferenceReply>;
  /** In order of last use. */
  #models = new Map<number, LoadedModel>();

  constructor(data: InferenceThreadData) {
    // The engine opens in a thread, which cannot set this for the process.
    refuseTelemetry();
    this.#thread = new ThreadPool({
      url: threadUrl("./inference-thread", import.meta.url),
      size: 1,
      workerData: data,
      tasksPerThread: BATCHES_IN_THREAD,
      errorWhenLost: (_reason, cause) => {
        // Its replacement starts with no model loaded.
        this.#models = new Map();
        return new HairlineError("ENGINE_UNAVAILABLE", `The inference thread ended: ${cause.message}`, {
          cause,
        });
      },
    });
  }

  whenStarted(): Promise<void> {
    return this.#thread.whenStarted();
  }

  /** Loads a model, unless it still is. @throws HairlineError when the stored model is missing or damaged */
  async acquire(modelId: number, graph: StoredFile): Promise<ModelLease> {
    const loaded = this.#models.get(modelId) ?? this.#load(modelId, graph);
    this.#models.delete(modelId);
    this.#models.set(modelId, loaded);
    loaded.users += 1;
    try {
      const engine = await loaded.loading;
      return {
        engine,
        infer: (batch, options) => this.#infer(modelId, batch, options),
        [Symbol.dispose]: () => this.#release(loaded),
      };
    } catch (error) {
      loaded.users -= 1;
      if (this.#models.get(modelId) === loaded) this.#models.delete(modelId);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #load(modelId: number, graph: StoredFile): LoadedModel {
    const loading = this.#thread.run({ type: "load", modelId, graph }) as Promise<EngineDescription>;
    return { loading, users: 0 };
  }

  async #infer(modelId: number, batch: PixelBatch, options: InferOptions): Promise<InferenceResult> {
    const reply = await this.#thread.run(
      { type: "infer", modelId, batch },
      { ...options, transfer: [batch.data.buffer as ArrayBuffer] },
    );
    return reply as InferenceResult;
  }

  #release(released: LoadedModel): void {
    released.users -= 1;
    const idle = [...this.#models].filter(([, { users }]) => users === 0);
    for (const [modelId] of idle.slice(0, Math.max(0, idle.length - IDLE_MODELS_KEPT))) {
      this.#models.delete(modelId);
      // Nobody waits for it: a failure to unload shows again when memory runs short.
      this.#thread.run({ type: "unload", modelId }).catch(() => {});
    }
  }
}
