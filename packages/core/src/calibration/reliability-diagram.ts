import { type Interval, wilsonInterval } from "../statistics/proportion-interval.ts";
import { type BinOptions, binRows, checkBinned, sumBins } from "./bins.ts";

/** One point of a reliability diagram. */
export interface ReliabilityBin {
  /** Least and greatest probability in the bin. */
  readonly lowest: number;
  readonly highest: number;
  readonly count: number;
  readonly positives: number;
  readonly meanProbability: number;
  readonly observedRate: number;
  /** Wilson's, of the observed rate; takes images as independent. */
  readonly interval: Interval;
}

/**
 * Reliability diagram: observed share of fractures against mean probability, per non-empty bin by rising probability.
 *
 * @param probabilities shape [n]; in [0, 1]
 * @param labels shape [n]; 1 fracture, 0 none
 * @returns at most `bins` points; none without images
 * @throws HairlineError BAD_SHAPE when lengths differ or a value is out of range; BAD_ARGUMENT for the bins
 * @see Murphy & Winkler 1977, Appl. Stat. 26:41-47
 */
export function reliabilityDiagram(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: Omit<BinOptions, "weights"> & { readonly confidence?: number } = {},
): ReliabilityBin[] {
  checkBinned(probabilities, labels, options);
  const { bins = 15, confidence = 0.95 } = options;
  const binOf = binRows(probabilities, options);
  const sums = sumBins({ probabilities, labels, binOf }, bins, undefined);
  const lowest = new Float64Array(bins).fill(Infinity);
  const highest = new Float64Array(bins).fill(-Infinity);
  binOf.forEach((bin, row) => {
    lowest[bin] = Math.min(lowest[bin]!, probabilities[row]!);
    highest[bin] = Math.max(highest[bin]!, probabilities[row]!);
  });
  const points: ReliabilityBin[] = [];
  for (let bin = 0; bin < bins; bin++) {
    const count = sums.weight[bin]!;
    const positives = sums.positive[bin]!;
    const interval = wilsonInterval(positives, count, confidence);
    if (interval === null) continue;
    points.push({
      lowest: lowest[bin]!,
      highest: highest[bin]!,
      count,
      positives,
      meanProbability: sums.probability[bin]! / count,
      observedRate: positives / count,
      interval,
    });
  }
  return points;
}
