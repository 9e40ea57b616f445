import type { Precision } from "../../resnet/graph-interface.ts";
import type { InferenceEngine } from "../inference-engine.ts";
import type { ModelArtefact } from "../model-artefact.ts";
import type { EngineName } from "./engine-name.ts";

export interface EngineOptions {
  /** CPU threads of one run, where the engine computes on the CPU; its own choice when absent. */
  readonly threads?: number | undefined;
  /** Which GPU, from 0. */
  readonly device?: number | undefined;
}

/** One way to run networks: what it takes, how to get it, how to open it. */
export interface EngineKind {
  readonly name: EngineName;
  /** For people. */
  readonly title: string;
  readonly precisions: readonly Precision[];
  /** Whether it computes on the GPU of a number given; others take the first, or none. */
  readonly choosesGpu: boolean;
  /** What has to be installed, as one imperative sentence. */
  readonly howToInstall: string;
  /** Of the library that runs the network, without loading it. @throws HairlineError ENGINE_UNAVAILABLE */
  version(): string;
  /** @throws HairlineError ENGINE_UNAVAILABLE, MODEL_DAMAGED, BAD_ARGUMENT */
  open(artefact: ModelArtefact, options: EngineOptions): Promise<InferenceEngine>;
}
