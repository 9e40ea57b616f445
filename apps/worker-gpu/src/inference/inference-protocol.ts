import type { EngineName, PixelBatch } from "@hairline/model/engine";
import type { ModelFiles } from "@hairline/model/registry";

/** What an inference thread is started with. */
export interface InferenceThreadData {
  /** Folder of the store that holds the model files. */
  readonly objectsRoot: string;
  readonly engine: EngineName;
  /** Which GPU, from 0. */
  readonly gpu: number | undefined;
  /** Intra-operator threads of the engine. */
  readonly threads: number;
}

/** One batch and the network it is meant for, which the thread loads when it does not have it. */
export interface InferenceRequest {
  readonly model: ModelFiles;
  readonly batch: PixelBatch;
}
