export { trainLogisticHead, type LogisticHead, type LogisticHeadOptions } from "./logistic-head.ts";
export type { LabelledEmbeddings } from "./logistic-objective.ts";
export { embedImages, type EmbedOptions, type LabelledImage } from "./embed-images.ts";
export { openCpuTrainer, type CpuTrainerOptions } from "./onnx-runtime/cpu-trainer.ts";
export { openWebgpuTrainer } from "./onnx-runtime/webgpu-trainer.ts";
export { openTfjsTrainer } from "./tfjs/tfjs-trainer.ts";
export { openTrainer, type TrainerEngine } from "./open-trainer.ts";
export type { AdamwSettings } from "./step/adamw.ts";
export { flattenWeights, unflattenWeights } from "./step/flat-weights.ts";
export {
  parameterLayout,
  type LayoutEntry,
  type ParameterLayout,
  type TrainingStage,
} from "./step/parameter-layout.ts";
export type { TrainingCheckpoint } from "./loop/checkpoint.ts";
export {
  runTraining,
  type EpochReport,
  type StepReport,
  type TrainingOutcome,
  type TrainingRunOptions,
} from "./loop/run-training.ts";
export { positiveWeightOf, type BatchInputs, type TrainingSet } from "./loop/training-set.ts";
export { augment, augments, type AugmentationKey } from "./recipe/augment.ts";
export { type BestEpoch } from "./recipe/early-stopping.ts";
export { holdOutPatients, type SplitOptions, type SplitRow } from "./recipe/patient-split.ts";
export { randomStream } from "./recipe/random.ts";
export { Augmentation, Recipe } from "./recipe/recipe.ts";
export { storedMapShape } from "../resnet/architecture.ts";
export { ForwardPool, type ForwardPoolOptions, type ForwardTask } from "./forward/forward-pool.ts";
export type { ForwardBatch } from "./forward/forward-protocol.ts";
export { scorerStart, scratchWeights } from "./start/starting-weights.ts";
export type {
  OpenTrainer,
  StepResult,
  Trainer,
  TrainerSettings,
  TrainerState,
  TrainingBatch,
} from "./step/trainer.ts";
export { decodeCheckpoint, encodeCheckpoint } from "./checkpoint/encode-checkpoint.ts";
export {
  deleteCheckpoints,
  getCheckpoint,
  putCheckpoint,
  trainingPrefix,
} from "./checkpoint/checkpoint-store.ts";
export {
  measureValidation,
  weightedLoss,
  type Estimate,
  type JudgedImages,
  type ValidationMeasures,
} from "./card/measure-validation.ts";
export { makeModelCard, type CardImage, type CardInputs, type ModelCard } from "./card/model-card.ts";
export { renderModelCard } from "./card/render-card.ts";
export { readModelCard, type StoredCard } from "./card/read-card.ts";
export { prepareStart, type PreparedStart, type TrainingStart } from "./request/prepare-start.ts";
