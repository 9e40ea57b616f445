import type { AdamwScalars } from "../step/adamw.ts";
import type { TrainingGraphOptions } from "../step/training-graph.ts";
import type { SharedVectors } from "./shared-vectors.ts";

/** What a training thread is started with. */
export interface StepThreadData {
  readonly graph: Omit<TrainingGraphOptions, "results" | "poolGradient">;
  readonly vectors: SharedVectors;
  /** Which of the threads this one is, from 0. */
  readonly index: number;
  /** Intra-operator threads of its session. */
  readonly threads: number;
}

/** One thread's part of a batch; fewer images than the graph takes are filled up with images of weight 0. */
export interface GradientRequest {
  readonly type: "gradient";
  readonly data: Uint8Array | Float32Array;
  readonly channels: 1 | 3;
  readonly labels: Float32Array;
  /** 1 / images of the whole batch. */
  readonly weight: number;
  readonly positiveWeight: number;
}

export interface GradientResponse {
  readonly loss: number;
  /** [images of the part] */
  readonly logits: Float32Array;
  /** Running statistics behind the batch, in the layout's order, where the batch's own are used. */
  readonly statistics?: Float32Array;
}

/** Adds the threads' gradients in this thread's range; answers with the sum of squares there. */
export interface ReduceRequest {
  readonly type: "reduce";
  readonly from: number;
  readonly to: number;
}

export interface UpdateRequest {
  readonly type: "update";
  readonly from: number;
  readonly to: number;
  readonly scale: number;
  readonly scalars: AdamwScalars;
  /** Decay of the average in this step. */
  readonly averageDecay: number | undefined;
}

export type StepRequest = GradientRequest | ReduceRequest | UpdateRequest;
export type StepResponse = GradientResponse | { readonly squares: number } | { readonly updated: true };
