import { checkUnitInterval } from "../statistics/check.ts";
import {
  calibrationSample,
  checkBothClasses,
  classRanges,
  type FitOptions,
  undefinedCalibration,
} from "./calibration-sample.ts";
import type { IsotonicCalibrator } from "./calibrator.ts";
import { isotonicRegression } from "./isotonic-regression.ts";

/**
 * Isotonic calibration: the monotone step function of least squared error, linear between its steps and constant
 * beyond them (as scikit-learn's with out_of_bounds="clip"). Makes ties and levels of exactly 0 and 1; wants about
 * 1,000 labels to beat the parametric ones. Separable classes are fine here.
 *
 * @param probabilities shape [n]; in [0, 1]
 * @param labels shape [n]; 1 positive, 0 negative
 * @throws HairlineError BAD_SHAPE for the arrays; CALIBRATION_UNDEFINED when a class is absent or the fit is one
 *   level for all: equal or wrongly ordered probabilities
 * @see Zadrozny & Elkan 2002, KDD, 694-699
 */
export function fitIsotonic(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: FitOptions = {},
): IsotonicCalibrator {
  checkUnitInterval("probabilities", probabilities);
  const sample = calibrationSample(probabilities, labels, options);
  checkBothClasses(classRanges(sample));
  const { from, to, level } = isotonicRegression(sample);
  if (level.length === 1) throw undefinedCalibration("The probabilities do not rank positives higher.");
  const breakpoints = level.flatMap((calibrated, at) =>
    [...new Set([from[at]!, to[at]!])].map((probability) => ({ probability, calibrated })),
  );
  return {
    version: 1,
    method: "isotonic",
    probabilities: breakpoints.map(({ probability }) => probability),
    calibrated: breakpoints.map(({ calibrated }) => calibrated),
  };
}
