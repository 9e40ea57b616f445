import { HairlineError } from "../errors.ts";

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
  const order = sortedOrder(scores, labels);
  let negativesBelow = 0;
  let positives = 0;
  // Twice U, so that it stays an integer and ties lose nothing to rounding.
  let doubledWins = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    let tiedPositives = 0;
    while (end < order.length && scores[order[end] ?? 0] === scores[order[start] ?? 0]) {
      tiedPositives += labels[order[end] ?? 0] ?? 0;
      end += 1;
    }
    const tiedNegatives = end - start - tiedPositives;
    doubledWins += tiedPositives * (2 * negativesBelow + tiedNegatives);
    negativesBelow += tiedNegatives;
    positives += tiedPositives;
    start = end;
  }
  return positives === 0 || negativesBelow === 0 ? null : doubledWins / (2 * positives * negativesBelow);
}

function sortedOrder(scores: ArrayLike<number>, labels: ArrayLike<number>): Uint32Array {
  if (scores.length !== labels.length) {
    throw new HairlineError("BAD_SHAPE", `${scores.length} scores but ${labels.length} labels.`);
  }
  for (let at = 0; at < scores.length; at++) {
    if (Number.isNaN(scores[at]))
      throw new HairlineError("BAD_SHAPE", `Score ${at} is NaN.`, { field: "scores" });
    if (labels[at] !== 0 && labels[at] !== 1) {
      throw new HairlineError("BAD_SHAPE", `Label ${at} is ${labels[at]}, not 0 or 1.`, { field: "labels" });
    }
  }
  const order = Uint32Array.from({ length: scores.length }, (_, at) => at);
  return order.sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
}
