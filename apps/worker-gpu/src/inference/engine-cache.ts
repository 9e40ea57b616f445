import type { InferenceEngine } from "@hairline/model/engine";
import type { ModelFiles } from "@hairline/model/registry";

export interface EngineCacheOptions {
  readonly open: (model: ModelFiles) => Promise<InferenceEngine>;
  /** Networks held at once, the one asked for included. */
  readonly capacity: number;
}

/** The networks one thread has open; beyond the capacity, the one not used for longest is closed. */
export class EngineCache {
  readonly #options: EngineCacheOptions;
  /** By hash of the graph, in order of last use. */
  readonly #engines = new Map<string, InferenceEngine>();

  constructor(options: EngineCacheOptions) {
    this.#options = options;
  }

  /** Calls must not overlap: the engine of one is not to be closed by the next. */
  async get(model: ModelFiles): Promise<InferenceEngine> {
    const { sha256 } = model.graph;
    const engine = this.#engines.get(sha256) ?? (await this.#open(model));
    this.#engines.delete(sha256);
    this.#engines.set(sha256, engine);
    return engine;
  }

  async #open(model: ModelFiles): Promise<InferenceEngine> {
    // Room is made first: two networks more than the capacity may not fit the device.
    for (const [sha256, engine] of this.#engines) {
      if (this.#engines.size < this.#options.capacity) break;
      this.#engines.delete(sha256);
      await engine.close();
    }
    return this.#options.open(model);
  }
}
