import type { BootstrapInterval, BootstrapOptions } from "../statistics/bootstrap-interval.ts";
import { checkSameLength } from "../statistics/check.ts";
import { rowBootstrap, type WeightedStatistic } from "../statistics/row-bootstrap.ts";
import { type BinnedRows, type BinOptions, binRows, type BinSums, checkBinned, sumBins } from "./bins.ts";

/** Sum over bins of weight share x |observed rate - mean probability|; null without weight. */
function errorOf({ weight, probability, positive }: BinSums): number | null {
  let total = 0;
  let gaps = 0;
  for (let bin = 0; bin < weight.length; bin++) {
    total += weight[bin]!;
    gaps += Math.abs(positive[bin]! - probability[bin]!);
  }
  return total === 0 ? null : gaps / total;
}

/**
 * Expected calibration error of the probability of fracture: how far, on average, a bin's mean probability is from
 * its share of fractures. Not 0 even for a perfect model: with n images in B bins chance alone gives about
 * sqrt(B / n) / 3.
 *
 * @param probabilities shape [n]; in [0, 1]
 * @param labels shape [n]; 1 fracture, 0 none
 * @returns in [0, 1]; null without images or weight
 * @throws HairlineError BAD_SHAPE when lengths differ or a value is out of range; BAD_ARGUMENT for the bins
 * @see Naeini et al. 2015, AAAI (equal width); Nixon et al. 2019, arXiv:1904.01685 (equal mass)
 */
export function expectedCalibrationError(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: BinOptions = {},
): number | null {
  checkBinned(probabilities, labels, options);
  const rows = { probabilities, labels, binOf: binRows(probabilities, options) };
  return errorOf(sumBins(rows, options.bins ?? 15, options.weights));
}

export interface CalibrationErrorOptions extends Omit<BinOptions, "weights">, BootstrapOptions {
  /** shape [n]; the patient (or study) of each row. */
  readonly clusters: ArrayLike<number | string>;
}

/**
 * The expected calibration error with a bootstrap interval over patients, bins held at those of the data. Resampling
 * adds noise that only widens gaps, so keep the default bca, which corrects that bias; percentile limits lie too
 * high.
 *
 * @throws HairlineError as `expectedCalibrationError`; BAD_SHAPE when there are not as many clusters as rows
 */
export function calibrationErrorInterval(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: CalibrationErrorOptions,
): BootstrapInterval {
  const { clusters, bins = 15 } = options;
  checkBinned(probabilities, labels, { bins });
  checkSameLength("clusters", clusters.length, labels.length);
  const binOf = binRows(probabilities, options);
  const [interval] = rowBootstrap(
    clusters,
    [errorOfWeights({ probabilities, labels, binOf }, bins)],
    options,
  );
  return interval!;
}

/** The error for any weights in one pass: a bin's gap is the sum of its rows' label less probability. */
function errorOfWeights({ probabilities, labels, binOf }: BinnedRows, bins: number): WeightedStatistic {
  const gapOfRow = Float64Array.from(binOf, (_, row) => labels[row]! - probabilities[row]!);
  const gaps = new Float64Array(bins);
  return (weights) => {
    gaps.fill(0);
    let total = 0;
    for (let row = 0; row < weights.length; row++) {
      total += weights[row]!;
      gaps[binOf[row]!]! += weights[row]! * gapOfRow[row]!;
    }
    return total === 0 ? null : gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / total;
  };
}
