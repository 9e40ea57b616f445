import { type BinOptions, binRows, checkBinned, sumBins } from "./bins.ts";
import { calibrationSample } from "./calibration-sample.ts";
import { isotonicRegression } from "./isotonic-regression.ts";

/** brier = reliability - resolution + uncertainty + withinBins, exactly. */
export interface BrierDecomposition {
  readonly brier: number;
  /** Mean squared gap between a bin's observed rate and mean probability; 0 is calibrated. */
  readonly reliability: number;
  /** Mean squared distance of the bins' observed rates from the prevalence; higher is sharper. */
  readonly resolution: number;
  /** prevalence (1 - prevalence): the Brier score of always answering the prevalence. */
  readonly uncertainty: number;
  /** What binning hides: variance of probabilities within bins less twice their covariance with the labels. */
  readonly withinBins: number;
}

/** brier = miscalibration - discrimination + uncertainty, exactly and without bins. */
export interface CorpDecomposition {
  readonly brier: number;
  /** What isotonic recalibration would gain; at least 0. */
  readonly miscalibration: number;
  /** What the recalibrated probabilities gain over the prevalence; at least 0. */
  readonly discrimination: number;
  readonly uncertainty: number;
}

type Weighting = Pick<BinOptions, "weights">;

function weightAt(weights: ArrayLike<number> | undefined, row: number): number {
  return weights === undefined ? 1 : weights[row]!;
}

/**
 * Mean squared difference of probability and label.
 *
 * @param probabilities shape [n]; in [0, 1]
 * @param labels shape [n]; 1 fracture, 0 none
 * @returns in [0, 1]; null without images or weight
 * @throws HairlineError BAD_SHAPE when lengths differ or a value is out of range
 * @see Brier 1950, Mon. Weather Rev. 78:1-3
 */
export function brierScore(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  { weights }: Weighting = {},
): number | null {
  checkBinned(probabilities, labels, weights === undefined ? {} : { weights });
  let total = 0;
  let squares = 0;
  for (let row = 0; row < labels.length; row++) {
    const weight = weightAt(weights, row);
    total += weight;
    squares += weight * (probabilities[row]! - labels[row]!) ** 2;
  }
  return total === 0 ? null : squares / total;
}

/**
 * Murphy's decomposition over bins, with the term that makes it exact for probabilities that vary within them.
 *
 * @returns null without images or weight; arguments and errors as `expectedCalibrationError`
 * @see Murphy 1973, J. Appl. Meteorol. 12:595-600
 * @see Stephenson et al. 2008, Weather Forecast. 23:752-757
 */
export function brierDecomposition(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: BinOptions = {},
): BrierDecomposition | null {
  checkBinned(probabilities, labels, options);
  const { bins = 15, weights } = options;
  const binOf = binRows(probabilities, options);
  const { weight, probability, positive } = sumBins({ probabilities, labels, binOf }, bins, weights);
  const total = weight.reduce((sum, each) => sum + each, 0);
  if (total === 0) return null;
  const prevalence = positive.reduce((sum, each) => sum + each, 0) / total;
  let reliability = 0;
  let resolution = 0;
  for (let bin = 0; bin < bins; bin++) {
    if (weight[bin] === 0) continue;
    const rate = positive[bin]! / weight[bin]!;
    reliability += weight[bin]! * (rate - probability[bin]! / weight[bin]!) ** 2;
    resolution += weight[bin]! * (rate - prevalence) ** 2;
  }
  let squares = 0;
  let within = 0;
  for (let row = 0; row < binOf.length; row++) {
    const bin = binOf[row]!;
    const each = weightAt(weights, row);
    if (each === 0) continue;
    const offset = probabilities[row]! - probability[bin]! / weight[bin]!;
    squares += each * (probabilities[row]! - labels[row]!) ** 2;
    within += each * offset * (offset - 2 * (labels[row]! - positive[bin]! / weight[bin]!));
  }
  return {
    brier: squares / total,
    reliability: reliability / total,
    resolution: resolution / total,
    uncertainty: prevalence * (1 - prevalence),
    withinBins: within / total,
  };
}

/**
 * CORP decomposition: calibration measured against the isotonic fit of the same data, so nothing depends on a choice
 * of bins. O(n log n).
 *
 * @returns null without images or weight; arguments and errors as `brierScore`
 * @see Dimitriadis, Gneiting & Jordan 2021, PNAS 118:e2016191118
 */
export function corpDecomposition(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  { weights }: Weighting = {},
): CorpDecomposition | null {
  const weighting = weights === undefined ? {} : { weights };
  const brier = brierScore(probabilities, labels, weighting);
  if (brier === null) return null;
  const { level, weight } = isotonicRegression(calibrationSample(probabilities, labels, weighting));
  let total = 0;
  let positive = 0;
  let recalibrated = 0;
  for (let block = 0; block < level.length; block++) {
    total += weight[block]!;
    positive += weight[block]! * level[block]!;
    // Within a block the labels vary as a coin of its level does.
    recalibrated += weight[block]! * level[block]! * (1 - level[block]!);
  }
  const uncertainty = (positive / total) * (1 - positive / total);
  return {
    brier,
    miscalibration: brier - recalibrated / total,
    discrimination: uncertainty - recalibrated / total,
    uncertainty,
  };
}
