export { trainLogisticHead, type LogisticHead, type LogisticHeadOptions } from "./logistic-head.ts";
export type { LabelledEmbeddings } from "./logistic-objective.ts";
export { embedImages, type EmbedOptions, type LabelledImage } from "./embed-images.ts";
export { openCpuTrainer, type CpuTrainerOptions } from "./onnx-runtime/cpu-trainer.ts";
export type { AdamwSettings } from "./step/adamw.ts";
export { flattenWeights, unflattenWeights } from "./step/flat-weights.ts";
export {
  parameterLayout,
  type LayoutEntry,
  type ParameterLayout,
  type TrainingStage,
} from "./step/parameter-layout.ts";
export { storedMapShape } from "./step/training-graph.ts";
export type {
  OpenTrainer,
  StepResult,
  Trainer,
  TrainerSettings,
  TrainerState,
  TrainingBatch,
} from "./step/trainer.ts";
