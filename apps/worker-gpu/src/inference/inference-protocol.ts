import type { InferenceResult, PixelBatch } from "@hairline/model/engine";
import type { StoredFile } from "@hairline/model/registry";

/** What the inference thread is started with. */
export interface InferenceThreadData {
  readonly objectsRoot: string;
  /** Intra-operator threads of the engine. */
  readonly threads: number;
}

export type InferenceRequest =
  | { readonly type: "load"; readonly modelId: number; readonly graph: StoredFile }
  | { readonly type: "unload"; readonly modelId: number }
  | { readonly type: "infer"; readonly modelId: number; readonly batch: PixelBatch };

export interface EngineDescription {
  readonly name: string;
  readonly device: string;
}

export type InferenceReply = EngineDescription | InferenceResult | undefined;
