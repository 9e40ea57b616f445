import type { Calibrator } from "./calibrator.ts";
import {
  calibrationSample,
  checkOverlap,
  type FitOptions,
  undefinedCalibration,
} from "./calibration-sample.ts";
import { fitLogistic, settled } from "./fit-logistic.ts";

/**
 * Platt scaling: slope and intercept on the logit by maximum likelihood, on the labels as they are. (Platt's smoothed
 * targets would hide separable data, which is refused here, and bias the mean away from the prevalence.)
 *
 * @param logits shape [n]; finite
 * @param labels shape [n]; 1 positive, 0 negative
 * @throws HairlineError BAD_SHAPE for the arrays; CALIBRATION_UNDEFINED when a class is absent, a threshold separates
 *   the classes or positives have the lower logits
 * @see Platt 1999, "Probabilistic outputs for support vector machines"
 */
export function fitPlatt(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: FitOptions = {},
): Extract<Calibrator, { method: "platt" }> {
  const sample = calibrationSample(logits, labels, options);
  checkOverlap(sample);
  const columns = [Float64Array.from(logits), new Float64Array(logits.length).fill(1)];
  const { coefficients } = settled(fitLogistic({ columns, ...sample }));
  const [slope = 0, intercept = 0] = coefficients;
  if (!(slope > 0))
    throw undefinedCalibration("Positives have the lower logits, so calibration would reorder.");
  return { version: 1, method: "platt", slope, intercept };
}
