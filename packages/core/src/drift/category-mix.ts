import { chiSquareUpperTail, fisherExactPValue } from "../statistics/index.ts";

/** A kind of image and how many of it each window has. */
export interface CategoryCount {
  readonly name: string;
  readonly reference: number;
  readonly current: number;
}

export interface CategoryMix {
  readonly test: "chi-square" | "fisher";
  /** Pearson's chi-square; null under Fisher's test, or where there is nothing to compare. */
  readonly statistic: number | null;
  readonly pValue: number | null;
  /** Total variation: the share of images that would have to change their kind, in [0, 1]; of all kinds, pooled or not. */
  readonly moved: number | null;
  /** The kinds whose share moved most, first. */
  readonly largest: readonly { readonly name: string; readonly from: number; readonly to: number }[];
}

/** Below this expected count the chi-square is no good approximation (Cochran). */
const LEAST_EXPECTED = 5;
const SHOWN = 3;

type Pair = readonly [reference: number, current: number];

/** The rarest kinds put together until each has an expected count of 5 in both windows. */
function poolRare(counts: readonly CategoryCount[], [n, m]: Pair): Pair[] {
  const rarestFirst = counts
    .map(({ reference, current }): Pair => [reference, current])
    .filter(([a, b]) => a + b > 0)
    .toSorted(([a, b], [c, d]) => a + b - c - d);
  const expected = ([a, b]: Pair): number => ((a + b) * Math.min(n, m)) / (n + m);
  const pooled = [...rarestFirst];
  while (pooled.length > 2 && expected(pooled[0]!) < LEAST_EXPECTED) {
    const [[a, b], [c, d]] = pooled.splice(0, 2) as [Pair, Pair];
    const both: Pair = [a + c, b + d];
    const place = pooled.findIndex(([e, f]) => e + f >= both[0] + both[1]);
    pooled.splice(place === -1 ? pooled.length : place, 0, both);
  }
  return pooled;
}

function pearson(pairs: readonly Pair[], [n, m]: Pair): number {
  return pairs.reduce((sum, [a, b]) => {
    const [expectedA, expectedB] = [((a + b) * n) / (n + m), ((a + b) * m) / (n + m)];
    return sum + (a - expectedA) ** 2 / expectedA + (b - expectedB) ** 2 / expectedB;
  }, 0);
}

function movedMost(counts: readonly CategoryCount[], [n, m]: Pair): CategoryMix["largest"] {
  return counts
    .map(({ name, reference, current }) => ({ name, from: reference / n, to: current / m }))
    .filter(({ from, to }) => from !== to)
    .toSorted((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from) || (a.name < b.name ? -1 : 1))
    .slice(0, SHOWN);
}

/**
 * Whether two windows have the same mix of kinds: Pearson's chi-square, kinds of an expected count below 5 pooled from the
 * rarest up; Fisher's exact test where two kinds are left and one is still too rare.
 *
 * @param counts whole numbers of at least 0; names differ
 */
export function compareMix(counts: readonly CategoryCount[]): CategoryMix {
  const totals: Pair = [
    counts.reduce((sum, { reference }) => sum + reference, 0),
    counts.reduce((sum, { current }) => sum + current, 0),
  ];
  const [n, m] = totals;
  if (n === 0 || m === 0)
    return { test: "chi-square", statistic: null, pValue: null, moved: null, largest: [] };
  const moved =
    counts.reduce((sum, { reference, current }) => sum + Math.abs(reference / n - current / m), 0) / 2;
  const largest = movedMost(counts, totals);
  const pairs = poolRare(counts, totals);
  const [rarest] = pairs;
  if (rarest === undefined || pairs.length === 1)
    return { test: "chi-square", statistic: 0, pValue: 1, moved, largest };
  if (((rarest[0] + rarest[1]) * Math.min(n, m)) / (n + m) < LEAST_EXPECTED) {
    const pValue = fisherExactPValue(
      { successes: rarest[0], trials: n },
      { successes: rarest[1], trials: m },
    );
    return { test: "fisher", statistic: null, pValue, moved, largest };
  }
  const statistic = pearson(pairs, totals);
  const pValue = chiSquareUpperTail(statistic, pairs.length - 1);
  return { test: "chi-square", statistic, pValue, moved, largest };
}
