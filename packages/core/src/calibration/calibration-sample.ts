import { HairlineError } from "../errors.ts";
import { checkScored, checkWeights } from "../statistics/check.ts";

export interface FitOptions {
  /** shape [n]; at least 0 and finite, absent for 1 each; a weight of 0 leaves a row out. */
  readonly weights?: ArrayLike<number>;
}

/** Labelled scores to fit on. */
export interface CalibrationSample {
  readonly scores: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
}

/** @throws HairlineError BAD_SHAPE when lengths differ or a score, label or weight is out of range */
export function calibrationSample(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: FitOptions,
): CalibrationSample {
  checkScored(scores, labels);
  for (let row = 0; row < scores.length; row++) {
    if (Number.isFinite(scores[row])) continue;
    throw new HairlineError("BAD_SHAPE", `Logit ${row} is ${scores[row]}.`, {
      field: "logits",
      remedy: "Use logitsOf, which clips probabilities of 0 and 1.",
    });
  }
  const weights = options.weights ?? new Uint8Array(scores.length).fill(1);
  checkWeights(weights, scores.length);
  return { scores, labels, weights };
}

export function undefinedCalibration(why: string): HairlineError {
  return new HairlineError("CALIBRATION_UNDEFINED", why, {
    remedy: "Fit on a split with more, overlapping labels of both classes.",
  });
}

interface ClassRange {
  least: number;
  most: number;
  weight: number;
}

/** The range of scores of each class, [negatives, positives]. */
export function classRanges({
  scores,
  labels,
  weights,
}: CalibrationSample): readonly [ClassRange, ClassRange] {
  const ranges = [0, 1].map((): ClassRange => ({ least: Infinity, most: -Infinity, weight: 0 }));
  for (let row = 0; row < scores.length; row++) {
    const weight = weights[row]!;
    if (weight === 0) continue;
    const range = ranges[labels[row]!]!;
    range.least = Math.min(range.least, scores[row]!);
    range.most = Math.max(range.most, scores[row]!);
    range.weight += weight;
  }
  return [ranges[0]!, ranges[1]!];
}

/** @throws HairlineError CALIBRATION_UNDEFINED when a class is absent */
export function checkBothClasses([negatives, positives]: readonly [ClassRange, ClassRange]): void {
  if (negatives.weight > 0 && positives.weight > 0) return;
  throw undefinedCalibration("The labels to calibrate on are of one class only, or none.");
}

/**
 * With an intercept, the likelihood has a finite maximum exactly where the classes overlap.
 *
 * @throws HairlineError CALIBRATION_UNDEFINED when a class is absent or a threshold separates the classes
 */
export function checkOverlap(sample: CalibrationSample): void {
  const ranges = classRanges(sample);
  checkBothClasses(ranges);
  const [negatives, positives] = ranges;
  if (negatives.most <= positives.least || positives.most <= negatives.least) {
    throw undefinedCalibration("A threshold separates the classes, so the steepest calibration has no end.");
  }
}
