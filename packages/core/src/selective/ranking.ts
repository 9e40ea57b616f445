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

/** Running sums over a ranking, one entry per group: of all rows down to the group's last. */
export interface RunningSums {
  /** shape [groups]; rows, or their weights. */
  readonly counts: Float64Array;
  /** shape [groups]; of weight x value. */
  readonly totals: Float64Array;
}

/**
 * Lays values out in ranking order once, and sums them up for any weights in one pass.
 *
 * @param values shape [n]
 * @returns a function of weights of shape [n]; absent, every row counts once
 */
export function runningSumsOf(
  { order, ends }: Ranking,
  values: ArrayLike<number>,
): (weights?: ArrayLike<number>) => RunningSums {
  const ordered = Float64Array.from(order, (row) => values[row]!);
  return (weights) => {
    const counts = new Float64Array(ends.length);
    const totals = new Float64Array(ends.length);
    let count = 0;
    let total = 0;
    let at = 0;
    for (let group = 0; group < ends.length; group++) {
      for (; at < ends[group]!; at++) {
        const weight = weights === undefined ? 1 : weights[order[at]!]!;
        count += weight;
        total += weight * ordered[at]!;
      }
      counts[group] = count;
      totals[group] = total;
    }
    return { counts, totals };
  };
}

/** The totals of `runningSumsOf` for one weighting. */
export function runningTotals(
  ranking: Ranking,
  values: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
): Float64Array {
  return runningSumsOf(ranking, values)(weights).totals;
}

/** The counts of `runningSumsOf` for one weighting. */
export function runningCounts(ranking: Ranking, weights: ArrayLike<number> | undefined): Float64Array {
  return weights === undefined
    ? Float64Array.from(ranking.ends)
    : runningSumsOf(ranking, new Uint8Array(ranking.order.length))(weights).counts;
}
