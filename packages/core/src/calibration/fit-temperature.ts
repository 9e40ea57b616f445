import type { Calibrator } from "./calibrator.ts";
import {
  type CalibrationSample,
  calibrationSample,
  checkBothClasses,
  classRanges,
  type FitOptions,
  undefinedCalibration,
} from "./calibration-sample.ts";
import { fitLogistic, settled } from "./fit-logistic.ts";

/**
 * Temperature scaling: the one divisor of all logits that maximises the likelihood.
 *
 * @param logits shape [n]; finite
 * @param labels shape [n]; 1 positive, 0 negative
 * @throws HairlineError BAD_SHAPE for the arrays; CALIBRATION_UNDEFINED when a class is absent, every logit has its
 *   label's sign (then colder is better without end) or logits point away from the labels (then hotter is)
 * @see Guo et al. 2017, arXiv:1706.04599
 */
export function fitTemperature(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: FitOptions = {},
): Extract<Calibrator, { method: "temperature" }> {
  const sample = calibrationSample(logits, labels, options);
  const ranges = classRanges(sample);
  checkBothClasses(ranges);
  if (ranges[0].most <= 0 && ranges[1].least >= 0) {
    throw undefinedCalibration("Every logit has the sign of its label, so the best temperature is 0.");
  }
  if (!(alignment(sample) > 0)) {
    throw undefinedCalibration("The logits point away from the labels, so no temperature helps.");
  }
  const { coefficients } = settled(fitLogistic({ columns: [Float64Array.from(logits)], ...sample }));
  return { version: 1, method: "temperature", temperature: 1 / coefficients[0]! };
}

/** Slope of the log-likelihood at infinite temperature, doubled: where it is not above 0, no temperature is best. */
function alignment({ scores, labels, weights }: CalibrationSample): number {
  let sum = 0;
  for (let row = 0; row < scores.length; row++) {
    sum += weights[row]! * scores[row]! * (labels[row] === 1 ? 1 : -1);
  }
  return sum;
}
