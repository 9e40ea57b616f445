import { ascendingOrder } from "../statistics/ascending-order.ts";

/** Rows by falling score, in groups of equal ones. */
export interface Ranking {
  /** shape [n]; row indices, highest score first. */
  readonly order: Uint32Array;
  /** shape [groups]; the place in `order` after each group's last row, ascending. */
  readonly ends: Uint32Array;
}

/** @throws HairlineError BAD_SHAPE when a score is NaN */
export function rankDescending(scores: ArrayLike<number>): Ranking {
  const order = ascendingOrder(scores).reverse();
  const ends = new Uint32Array(order.length);
  let groups = 0;
  for (let at = 0; at < order.length; at++) {
    if (at + 1 < order.length && scores[order[at + 1]!] === scores[order[at]!]) continue;
    ends[groups] = at + 1;
    groups += 1;
  }
  return { order, ends: ends.subarray(0, groups) };
}

/**
 * Running totals over a ranking, one per group: sum of weight x value of all rows down to the group's last.
 *
 * @param weights shape [n]; absent, every row counts once
 */
export function runningTotals(
  { order, ends }: Ranking,
  values: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
): Float64Array {
  const totals = new Float64Array(ends.length);
  let total = 0;
  let at = 0;
  for (let group = 0; group < ends.length; group++) {
    for (; at < ends[group]!; at++) {
      const row = order[at]!;
      total += weights === undefined ? values[row]! : weights[row]! * values[row]!;
    }
    totals[group] = total;
  }
  return totals;
}

/** Running row counts (or weights) over a ranking, one per group. */
export function runningCounts(ranking: Ranking, weights: ArrayLike<number> | undefined): Float64Array {
  return weights === undefined
    ? Float64Array.from(ranking.ends)
    : runningTotals(ranking, new Uint8Array(ranking.order.length).fill(1), weights);
}
