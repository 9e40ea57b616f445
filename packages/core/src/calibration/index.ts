export { type BinOptions, type Binning } from "./bins.ts";
export {
  brierDecomposition,
  type BrierDecomposition,
  brierScore,
  corpDecomposition,
  type CorpDecomposition,
} from "./brier.ts";
export { calibrate, calibratorFunction, type LogisticForm, logisticForm } from "./calibrate.ts";
export {
  calibrationErrorInterval,
  type CalibrationErrorOptions,
  expectedCalibrationError,
} from "./calibration-error.ts";
export { type FitOptions } from "./calibration-sample.ts";
export {
  CALIBRATION_METHODS,
  type CalibrationMethod,
  type Calibrator,
  CALIBRATOR_SCHEMA,
  type IsotonicCalibrator,
  type LogisticCalibrator,
  parseCalibrator,
} from "./calibrator.ts";
export { fitBeta } from "./fit-beta.ts";
export { fitCalibrator, type LabelledProbabilities } from "./fit-calibrator.ts";
export { fitIsotonic } from "./fit-isotonic.ts";
export { fitPlatt } from "./fit-platt.ts";
export { fitTemperature } from "./fit-temperature.ts";
export { LOGIT_CLIP, logitsOf, sigmoid, softplus } from "./logit.ts";
export { negativeLogLikelihood, negativeLogLikelihoodOfLogits } from "./log-loss.ts";
export { rawThreshold } from "./raw-threshold.ts";
export { type ReliabilityBin, reliabilityDiagram } from "./reliability-diagram.ts";
