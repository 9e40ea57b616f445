import { ascendingOrder } from "../statistics/ascending-order.ts";
import type { CalibrationSample } from "./calibration-sample.ts";

/** Runs of scores that share one level; all arrays of shape [blocks], levels strictly rising. */
export interface IsotonicBlocks {
  /** Least and greatest score of each block. */
  readonly from: number[];
  readonly to: number[];
  /** Weighted mean label, in [0, 1]. */
  readonly level: number[];
  readonly weight: number[];
}

/**
 * Isotonic regression of labels on scores by pooling adjacent violators; equal scores are one point, so row order
 * cannot matter. O(n log n).
 *
 * @see Barlow et al. 1972, "Statistical inference under order restrictions"
 */
export function isotonicRegression({ scores, labels, weights }: CalibrationSample): IsotonicBlocks {
  const from: number[] = [];
  const to: number[] = [];
  const weight: number[] = [];
  // Sums, not means, so that pooling whole counts stays exact.
  const positive: number[] = [];
  const order = ascendingOrder(scores);
  for (let start = 0; start < order.length;) {
    const score = scores[order[start]!]!;
    let total = 0;
    let hits = 0;
    let end = start;
    for (; end < order.length && scores[order[end]!] === score; end++) {
      total += weights[order[end]!]!;
      hits += weights[order[end]!]! * labels[order[end]!]!;
    }
    start = end;
    if (total === 0) continue;
    let least = score;
    while (weight.length > 0 && positive.at(-1)! * total >= hits * weight.at(-1)!) {
      total += weight.pop()!;
      hits += positive.pop()!;
      least = from.pop()!;
      to.pop();
    }
    from.push(least);
    to.push(score);
    weight.push(total);
    positive.push(hits);
  }
  return { from, to, weight, level: positive.map((hits, at) => hits / weight[at]!) };
}
