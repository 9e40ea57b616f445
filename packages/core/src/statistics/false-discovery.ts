import { ascendingOrder } from "./ascending-order.ts";
import { checkUnitInterval } from "./check.ts";

/**
 * Benjamini and Hochberg's adjusted p-values: rejecting those of at most q keeps the expected share of false rejections
 * at q, for tests that are independent or positively dependent.
 *
 * @param pValues shape [m]; in [0, 1]
 * @returns shape [m], in the order given; in [0, 1]
 * @throws HairlineError BAD_SHAPE when a p-value is NaN or outside [0, 1]
 * @see Benjamini & Hochberg 1995, J. R. Stat. Soc. B 57:289-300
 */
export function benjaminiHochbergAdjusted(pValues: ArrayLike<number>): Float64Array {
  checkUnitInterval("pValues", pValues);
  const adjusted = new Float64Array(pValues.length);
  const order = ascendingOrder(pValues);
  let least = 1;
  for (let rank = pValues.length - 1; rank >= 0; rank--) {
    const row = order[rank]!;
    least = Math.min(least, (pValues[row]! * pValues.length) / (rank + 1));
    adjusted[row] = least;
  }
  return adjusted;
}
