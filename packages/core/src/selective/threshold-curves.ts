import { checkScored } from "../statistics/check.ts";
import { rankDescending, runningSumsOf } from "./ranking.ts";

/** Counts when every score at or above each threshold is flagged; arrays of shape [m], one entry per distinct score. */
export interface ThresholdCounts {
  /** Falling. */
  readonly threshold: Float64Array;
  readonly truePositives: Uint32Array;
  readonly falsePositives: Uint32Array;
  readonly positives: number;
  readonly negatives: number;
}

/** Points of shape [m + 1]: nothing flagged (threshold Infinity), then one per distinct score. */
export interface RocCurve {
  readonly threshold: Float64Array;
  /** True positive rate, in [0, 1], rising. */
  readonly sensitivity: Float64Array;
  /** 1 - specificity, in [0, 1], rising. */
  readonly falsePositiveRate: Float64Array;
}

/** Points of shape [m], one per distinct score, by rising recall; no invented point at recall 0. */
export interface PrecisionRecallCurve {
  readonly threshold: Float64Array;
  readonly precision: Float64Array;
  readonly recall: Float64Array;
}

/**
 * @param scores shape [n]; higher is more positive
 * @param labels shape [n]; 1 positive, 0 negative
 * @throws HairlineError BAD_SHAPE when lengths differ, a score is NaN or a label is neither 0 nor 1
 */
export function thresholdCounts(scores: ArrayLike<number>, labels: ArrayLike<number>): ThresholdCounts {
  checkScored(scores, labels);
  const ranking = rankDescending(scores);
  const truePositives = Uint32Array.from(runningSumsOf(ranking, labels)().totals);
  const positives = truePositives.at(-1) ?? 0;
  return {
    threshold: Float64Array.from(ranking.ends, (end) => scores[ranking.order[end - 1]!]!),
    truePositives,
    falsePositives: ranking.ends.map((end, at) => end - truePositives[at]!),
    positives,
    negatives: scores.length - positives,
  };
}

/** @returns null when a class is absent; arguments and errors as `thresholdCounts` */
export function rocCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): RocCurve | null {
  const counts = thresholdCounts(scores, labels);
  const { positives, negatives, truePositives, falsePositives } = counts;
  if (positives === 0 || negatives === 0) return null;
  const after = (first: number, rest: (at: number) => number): Float64Array =>
    Float64Array.from({ length: truePositives.length + 1 }, (_, at) => (at === 0 ? first : rest(at - 1)));
  return {
    threshold: after(Infinity, (at) => counts.threshold[at]!),
    sensitivity: after(0, (at) => truePositives[at]! / positives),
    falsePositiveRate: after(0, (at) => falsePositives[at]! / negatives),
  };
}

/** @returns null when there is no positive; arguments and errors as `thresholdCounts` */
export function precisionRecallCurve(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): PrecisionRecallCurve | null {
  const { threshold, positives, truePositives, falsePositives } = thresholdCounts(scores, labels);
  if (positives === 0) return null;
  const rate = (of: (hits: number, at: number) => number): Float64Array =>
    Float64Array.from(truePositives, (hits, at) => of(hits, at));
  return {
    threshold,
    precision: rate((hits, at) => hits / (hits + falsePositives[at]!)),
    recall: rate((hits) => hits / positives),
  };
}
