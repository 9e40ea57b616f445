import { HairlineError } from "../errors.ts";
import { chiSquareUpperTail } from "../statistics/index.ts";

/** One interval of the index, open below and closed above; null where it has no end. */
export interface StabilityBin {
  readonly above: number | null;
  readonly upTo: number | null;
  readonly reference: number;
  readonly current: number;
}

export interface StabilityIndex {
  /** At least 0; 0.1 to 0.2 is called a moderate shift, more a major one. Null when a window is empty. */
  readonly psi: number | null;
  /** Of Pearson's limit of the index under no drift: (1/n + 1/m) chi-square, bins - 1 degrees. Null as the index. */
  readonly pValue: number | null;
  readonly bins: readonly StabilityBin[];
}

/** Counts added to every bin of both windows, so that an empty one has a finite share (Jeffreys). */
const PSEUDO_COUNT = 0.5;

/**
 * Inner edges at the reference's quantiles k / bins (the smallest value with at least that share at or below it), without
 * repeats. Where the first edge is the reference's minimum, values below it get a bin of their own: else a reference that
 * is all ties could not tell what fell below it.
 */
function edgesOf(reference: Float64Array, bins: number): number[] {
  const edges = new Set<number>();
  for (let k = 1; k < bins; k++) {
    edges.add(reference[Math.max(0, Math.ceil((k * reference.length) / bins) - 1)]!);
  }
  const list = [...edges];
  // The largest double below the minimum, but for zeros: facts are float32, so no fact lies between.
  if (list[0] === reference[0]) list.unshift(below(reference[0]!));
  return list;
}

function below(value: number): number {
  return value === 0 ? -Number.MIN_VALUE : value - Math.abs(value) * 2 ** -52;
}

/** How many of ascending values are at most each edge, the last being all of them. */
function cumulate(values: Float64Array, edges: readonly number[]): number[] {
  let at = 0;
  const upTo = edges.map((edge) => {
    while (at < values.length && values[at]! <= edge) at += 1;
    return at;
  });
  return [...upTo, values.length];
}

function share(count: number, total: number, bins: number): number {
  return (count + PSEUDO_COUNT) / (total + PSEUDO_COUNT * bins);
}

/**
 * The population stability index: the symmetrised Kullback-Leibler divergence over bins of the reference's quantiles. Ties
 * give fewer bins; half a count is added to each bin of both windows.
 *
 * @param reference ascending, without NaN
 * @param current ascending, without NaN
 * @param bins at least 2
 * @throws HairlineError BAD_ARGUMENT when bins is not a whole number of at least 2
 * @see Yurdakul & Naranjo 2020, J. Risk Model Validation 14(4), for the distribution
 */
export function populationStability(
  reference: Float64Array,
  current: Float64Array,
  bins = 10,
): StabilityIndex {
  if (!Number.isInteger(bins) || bins < 2) {
    throw new HairlineError("BAD_ARGUMENT", `${bins} bins cannot tell a shift.`, { field: "bins" });
  }
  if (reference.length === 0 || current.length === 0) return { psi: null, pValue: null, bins: [] };
  const edges = edgesOf(reference, bins);
  const [before, after] = [cumulate(reference, edges), cumulate(current, edges)];
  const counted = before.map((upTo, at) => ({
    above: edges[at - 1] ?? null,
    upTo: edges[at] ?? null,
    reference: upTo - (before[at - 1] ?? 0),
    current: after[at]! - (after[at - 1] ?? 0),
  }));
  const psi = stabilityOf(counted);
  const scale = 1 / reference.length + 1 / current.length;
  return { psi, pValue: chiSquareUpperTail(psi / scale, counted.length - 1), bins: counted };
}

/** The index over counts of any bins, each with half a count added. */
function stabilityOf(counted: readonly { reference: number; current: number }[]): number {
  const total = (side: "reference" | "current"): number => counted.reduce((sum, bin) => sum + bin[side], 0);
  const [before, after] = [total("reference"), total("current")];
  return counted.reduce((sum, bin) => {
    const from = share(bin.reference, before, counted.length);
    const to = share(bin.current, after, counted.length);
    return sum + (to - from) * Math.log(to / from);
  }, 0);
}
