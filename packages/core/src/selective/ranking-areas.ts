import { checkScored } from "../statistics/check.ts";
import { rankDescending, runningSumsOf } from "./ranking.ts";

/** Areas that measure how well a score ranks positives above negatives. */
export interface RankingAreas {
  /** In [0, 1]; null when a class is absent. */
  readonly rocAuc: number | null;
  /** In (0, 1]; its chance level is the prevalence. Null without positives. */
  readonly averagePrecision: number | null;
}

/**
 * Sorts once and gives the areas for any resampling weights: what `rowBootstrap` needs.
 *
 * @param scores shape [n]; any monotone score, higher is more positive
 * @param labels shape [n]; 1 positive, 0 negative
 * @returns a function of whole weights of shape [n] (absent, 1 each); a weight of 0 leaves a row out
 * @throws HairlineError BAD_SHAPE when lengths differ, a score is NaN or a label is neither 0 nor 1
 */
export function rankingAreasOf(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): (weights?: ArrayLike<number>) => RankingAreas {
  checkScored(scores, labels);
  const sums = runningSumsOf(rankDescending(scores), labels);
  return (weights) => {
    const { counts: flagged, totals: hits } = sums(weights);
    const positives = hits.at(-1) ?? 0;
    const negatives = (flagged.at(-1) ?? 0) - positives;
    // Twice U, so that it stays an integer and ties lose nothing to rounding.
    let doubledWins = 0;
    for (let group = 0; group < hits.length; group++) {
      const hitsBefore = hits[group - 1] ?? 0;
      const tiedMisses = flagged[group]! - hits[group]! - ((flagged[group - 1] ?? 0) - hitsBefore);
      doubledWins += tiedMisses * (hitsBefore + hits[group]!);
    }
    return {
      rocAuc: positives * negatives === 0 ? null : doubledWins / (2 * positives * negatives),
      averagePrecision: positives === 0 ? null : summedPrecision(hits, flagged) / positives,
    };
  };
}

/** Precision at each group times the positives it adds. */
function summedPrecision(hits: Float64Array, flagged: Float64Array): number {
  let sum = 0;
  for (let group = 0; group < hits.length; group++) {
    const added = hits[group]! - (hits[group - 1] ?? 0);
    if (added > 0) sum += added * (hits[group]! / flagged[group]!);
  }
  return sum;
}

/**
 * Area under the ROC curve: the probability that a random positive scores above a random negative, a tie counting
 * one half (Mann-Whitney U / (n1 n0)). O(n log n).
 *
 * @param scores shape [n]; any monotone score, higher is more positive
 * @param labels shape [n]; 1 positive, 0 negative
 * @returns in [0, 1]; null when a class is absent
 * @throws HairlineError BAD_SHAPE when lengths differ, a score is NaN or a label is neither 0 nor 1
 * @see Hanley & McNeil 1982, Radiology 143:29-36
 */
export function rocAuc(scores: ArrayLike<number>, labels: ArrayLike<number>): number | null {
  return rankingAreasOf(scores, labels)().rocAuc;
}

/**
 * Area under the precision-recall curve as average precision: the sum of precision times the recall gained at each
 * distinct score, ties flagged together (scikit-learn's definition; no interpolation, which would flatter it).
 *
 * @returns in (0, 1]; null without positives
 * @throws HairlineError BAD_SHAPE as `rocAuc`
 * @see Davis & Goadrich 2006, "The relationship between precision-recall and ROC curves"
 */
export function averagePrecision(scores: ArrayLike<number>, labels: ArrayLike<number>): number | null {
  return rankingAreasOf(scores, labels)().averagePrecision;
}
