import type { BestEpoch } from "../recipe/early-stopping.ts";
import type { TrainerState } from "../step/trainer.ts";

/** Where a training stands between two steps; with it, the steps that follow give the same bits as without a stop. */
export interface TrainingCheckpoint {
  /** Epoch under way, from 0. */
  readonly epoch: number;
  /** Its steps done. */
  readonly stepsOfEpoch: number;
  /** Sum over those steps of the mean loss of their batch. */
  readonly lossSum: number;
  readonly state: TrainerState;
  readonly best: BestEpoch;
  /** Flat weights of the best epoch; absent before the first one has ended. */
  readonly bestWeights?: Float32Array | undefined;
}
