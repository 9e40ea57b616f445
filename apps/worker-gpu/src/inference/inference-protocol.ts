import type { PixelBatch } from "@hairline/model/engine";
import type { StoredFile } from "@hairline/model/registry";

/** What an inference thread is started with. */
export interface InferenceThreadData {
  /** Folder of the store that holds the model files. */
  readonly objectsRoot: string;
  /** Intra-operator threads of the engine. */
  readonly threads: number;
}

/** One batch and the network it is meant for, which the thread loads when it does not have it. */
export interface InferenceRequest {
  readonly graph: StoredFile;
  readonly batch: PixelBatch;
}
