import type { StateDict } from "../../weights/tensor.ts";
import type { TrainerSettings, TrainerState, TrainingBatch } from "../step/trainer.ts";

/** Trainers that compute in the thread that calls them. */
export type ThreadedEngine = "webgpu" | "tfjs";

/** What a trainer's thread is started with. */
export interface TrainerThreadData {
  readonly engine: ThreadedEngine;
  readonly weights: StateDict;
  readonly settings: TrainerSettings;
}

export type TrainerRequest =
  | { readonly type: "describe" }
  | { readonly type: "step"; readonly batch: TrainingBatch; readonly learningRate: number }
  | { readonly type: "gradients"; readonly batch: TrainingBatch }
  | { readonly type: "state" }
  | { readonly type: "restore"; readonly state: TrainerState }
  | { readonly type: "close" };
