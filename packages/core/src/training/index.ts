export { TrainingAttempt, type PlannedImage, type TrainingPlan } from "./attempt.ts";
export {
  cancelTraining,
  failTraining,
  listOpenTrainings,
  resumeTraining,
  stopTraining,
} from "./control-training.ts";
export { listEpochs, type TrainingEpoch } from "./epochs.ts";
export { listLabelledImages, type LabelledImage } from "./labelled-images.ts";
export { requestTraining, type NewTraining, type RequestedTraining } from "./request-training.ts";
export { TrainingSelection } from "./selection.ts";
export {
  findOpenTraining,
  findTrainingOfModel,
  listTrainings,
  readTraining,
  TRAINING_STATES,
  type HashedObject,
  type StartKind,
  type Training,
  type TrainingProgress,
  type TrainingState,
} from "./training.ts";
export { networkWeightsKey } from "./weights-key.ts";
