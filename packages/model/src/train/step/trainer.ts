import type { Preprocessing } from "@hairline/imaging/preprocess";
import type { ResnetArchitecture } from "../../resnet/architecture.ts";
import type { StateDict } from "../../weights/tensor.ts";
import type { AdamwSettings } from "./adamw.ts";
import type { TrainingStage } from "./parameter-layout.ts";

/** What a trainer is opened with; nothing of it changes from step to step. */
export interface TrainerSettings {
  readonly architecture: ResnetArchitecture;
  readonly stage: TrainingStage;
  readonly preprocessing: Preprocessing;
  /** Images of a step, at most. */
  readonly batchSize: number;
  /**
   * `frozen`: running statistics stay as they are, and a step is exact however the batch is split over threads.
   * `batch`: each step normalises by its own batch and moves the running statistics.
   */
  readonly batchNorm: "frozen" | "batch";
  readonly optimizer: AdamwSettings;
  /** Largest norm of all gradients together; larger ones are scaled down to it. Absent: no limit. */
  readonly clipNorm?: number | undefined;
  /** Decay per step of the moving average of the weights; absent: none is kept. */
  readonly averageDecay?: number | undefined;
}

export interface TrainingBatch {
  readonly count: number;
  /** Pixels uint8 [N, C, S, S] for the full stage, layer3's maps float32 [N, 256, S/16, S/16] for layer4. */
  readonly data: Uint8Array | Float32Array;
  /** 1 or 3; without meaning for maps. */
  readonly channels: 1 | 3;
  /** [N] in [0, 1] */
  readonly labels: Float32Array;
  /** What a positive counts beside a negative. */
  readonly positiveWeight: number;
}

export interface StepResult {
  /** Mean over the batch of the weighted cross-entropy, before the step. */
  readonly loss: number;
  /** [N], before the step. */
  readonly logits: Float32Array;
  /** L2 norm of all gradients, before clipping. */
  readonly gradientNorm: number;
}

/** All that a training needs to go on from one step to the next; flat vectors as parameterLayout says. */
export interface TrainerState {
  /** Steps done. */
  readonly step: number;
  /** Weights, then running statistics. */
  readonly weights: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** Of the length of `weights`, where an average is kept. */
  readonly average?: Float32Array | undefined;
}

/**
 * Trains a ResNet scorer step by step. The same settings, weights and batches give the same bits again on the same
 * engine and number of threads.
 */
export interface Trainer extends AsyncDisposable {
  readonly name: string;
  readonly device: string;
  /** @throws HairlineError TRAINING_DIVERGED when loss or gradient are not finite; nothing is updated then */
  step(batch: TrainingBatch, learningRate: number): Promise<StepResult>;
  /** Gradients by torchvision's names, without a step. */
  gradients(
    batch: TrainingBatch,
  ): Promise<StepResult & { readonly gradients: ReadonlyMap<string, Float32Array> }>;
  state(): Promise<TrainerState>;
  /** Goes on from a state of the same architecture and stage. */
  restore(state: TrainerState): Promise<void>;
  close(): Promise<void>;
}

/** Opens a trainer on weights of the whole network; a stage uses its own part of them. */
export type OpenTrainer = (weights: StateDict, settings: TrainerSettings) => Promise<Trainer>;
