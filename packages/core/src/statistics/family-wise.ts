import { HairlineError } from "../errors.ts";
import { ascendingOrder } from "./ascending-order.ts";
import { checkLevel, checkUnitInterval } from "./check.ts";

/**
 * Holm's adjusted p-values: hypothesis i is rejected at family-wise level alpha when the i-th is at most alpha.
 * Holds under any dependence.
 *
 * @param pValues shape [m]; in [0, 1]
 * @returns shape [m], in the order given; in [0, 1]
 * @throws HairlineError BAD_SHAPE when a p-value is NaN or outside [0, 1]
 * @see Holm 1979, Scand. J. Stat. 6:65-70
 */
export function holmAdjusted(pValues: ArrayLike<number>): Float64Array {
  checkUnitInterval("pValues", pValues);
  const adjusted = new Float64Array(pValues.length);
  let largest = 0;
  ascendingOrder(pValues).forEach((row, rank) => {
    largest = Math.max(largest, Math.min(1, pValues[row]! * (pValues.length - rank)));
    adjusted[row] = largest;
  });
  return adjusted;
}

/** @returns indices of the hypotheses rejected at family-wise level `alpha` by Holm's procedure, ascending */
export function holmRejections(pValues: ArrayLike<number>, alpha: number): number[] {
  checkLevel("alpha", alpha);
  const adjusted = holmAdjusted(pValues);
  return [...adjusted.keys()].filter((at) => adjusted[at]! <= alpha);
}

/**
 * Fixed-sequence testing, with several starts as in Learn then Test: alpha is shared equally among the starts; from
 * each, hypotheses are rejected in the order given until the first that is not. The order and starts must be fixed
 * without the data that gave the p-values.
 *
 * @param pValues shape [m]; in [0, 1], in testing order
 * @param starts ascending indices; [0] is the classical procedure
 * @returns indices of the rejected hypotheses, ascending; family-wise error at most alpha under any dependence
 * @throws HairlineError BAD_SHAPE for a p-value outside [0, 1] or a start outside the sequence
 * @see Angelopoulos et al. 2021, arXiv:2110.01052, algorithm 1
 */
export function fixedSequenceRejections(
  pValues: ArrayLike<number>,
  alpha: number,
  starts: readonly number[] = [0],
): number[] {
  checkLevel("alpha", alpha);
  checkUnitInterval("pValues", pValues);
  const rejected = new Set<number>();
  const share = alpha / starts.length;
  for (const start of pValues.length === 0 ? [] : starts) {
    if (!Number.isInteger(start) || start < 0 || start >= pValues.length) {
      throw new HairlineError("BAD_SHAPE", `Start ${start} is outside the sequence.`, { field: "starts" });
    }
    for (let at = start; at < pValues.length && !rejected.has(at) && pValues[at]! <= share; at++) {
      rejected.add(at);
    }
  }
  return [...rejected].toSorted((a, b) => a - b);
}
