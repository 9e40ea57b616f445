import { ascendingOrder } from "./ascending-order.ts";
import { checkScored } from "./check.ts";

/** Per-row structural components of the ROC area. */
export interface Placements {
  readonly auc: number;
  readonly positives: number;
  readonly negatives: number;
  /** shape [n]; for a positive the share of negatives below it, for a negative of positives above it, ties one half. */
  readonly values: Float64Array;
}

/**
 * DeLong's structural components by one sort: O(n log n), where comparing pairs is O(n1 n0).
 *
 * @param scores shape [n]; higher is more positive
 * @param labels shape [n]; 1 positive, 0 negative
 * @returns null when a class is absent
 * @throws HairlineError BAD_SHAPE when lengths differ, a score is NaN or a label is neither 0 nor 1
 * @see Sun & Xu 2014, IEEE Signal Process. Lett. 21:1389-1393
 */
export function placements(scores: ArrayLike<number>, labels: ArrayLike<number>): Placements | null {
  checkScored(scores, labels);
  const order = ascendingOrder(scores);
  let positives = 0;
  for (let row = 0; row < labels.length; row++) positives += labels[row]!;
  const negatives = labels.length - positives;
  if (positives === 0 || negatives === 0) return null;
  const values = new Float64Array(order.length);
  let negativesBelow = 0;
  let positivesBelow = 0;
  // Twice the number of pairs won, an integer, so that ties lose nothing to rounding.
  let doubledWins = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    let tiedPositives = 0;
    for (; end < order.length && scores[order[end]!] === scores[order[start]!]; end++) {
      tiedPositives += labels[order[end]!]!;
    }
    const tiedNegatives = end - start - tiedPositives;
    const ofPositive = (2 * negativesBelow + tiedNegatives) / (2 * negatives);
    const ofNegative = (2 * (positives - positivesBelow) - tiedPositives) / (2 * positives);
    for (let at = start; at < end; at++) {
      values[order[at]!] = labels[order[at]!] === 1 ? ofPositive : ofNegative;
    }
    doubledWins += tiedPositives * (2 * negativesBelow + tiedNegatives);
    negativesBelow += tiedNegatives;
    positivesBelow += tiedPositives;
    start = end;
  }
  return { auc: doubledWins / (2 * positives * negatives), positives, negatives, values };
}
