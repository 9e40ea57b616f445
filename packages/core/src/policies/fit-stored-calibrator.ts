import {
  brierScore,
  calibrate,
  expectedCalibrationError,
  fitCalibrator,
  negativeLogLikelihood,
  type CalibrationMethod,
} from "../calibration/index.ts";
import { resolveScope, type ReadingRequest } from "../readings/index.ts";
import { storeCalibrator, type CalibrationMetrics, type StoredCalibrator } from "./calibrator-store.ts";
import { readLabelledScores } from "./labelled-scores.ts";
import { checkName } from "./reference.ts";
import { storedFilter } from "./selection.ts";

export interface CalibrateRequest extends ReadingRequest {
  readonly method: CalibrationMethod;
  /** The fit becomes the next version of this name. */
  readonly name: string;
  readonly author?: string | undefined;
  readonly note?: string | undefined;
}

export function calibrationMetrics(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
): CalibrationMetrics {
  return {
    ece: expectedCalibrationError(probabilities, labels),
    brier: brierScore(probabilities, labels),
    nll: negativeLogLikelihood(probabilities, labels),
  };
}

/**
 * Fits a calibrator on the labelled images of a selection and stores it. The stored probabilities are fit, not the
 * logits, since it is they that it will be applied to: a probability that float32 rounds to 1 has lost its logit.
 *
 * @throws HairlineError DATASET_NOT_FOUND, MODEL_NOT_FOUND, NO_PREDICTIONS; BAD_ARGUMENT for the name;
 *   CALIBRATION_UNDEFINED when the labels have no increasing calibration, such as no label or one class
 */
export async function fitStoredCalibrator(request: CalibrateRequest): Promise<StoredCalibrator> {
  const name = checkName("name", request.name);
  const scope = await resolveScope(request);
  const scores = await readLabelledScores(request.database, scope, request.filter);
  const { probabilities, labels, positives, fingerprint } = scores;
  const calibrator = fitCalibrator(request.method, { probabilities, labels });
  return storeCalibrator(request.database, {
    name,
    modelId: scope.modelId,
    calibrator,
    dataset: scope.dataset,
    ...storedFilter(request.filter),
    images: labels.length,
    positives,
    metrics: {
      before: calibrationMetrics(probabilities, labels),
      after: calibrationMetrics(calibrate(calibrator, probabilities), labels),
    },
    fingerprint,
    author: request.author ?? null,
    note: request.note ?? null,
  });
}
