import { HairlineError } from "../errors.ts";
import { ascendingOrder } from "../statistics/ascending-order.ts";
import { checkScored, checkUnitInterval, checkWeights } from "../statistics/check.ts";

/**
 * equal-mass: bins of about the same weight; equal probabilities share a bin, so there may be fewer bins than asked.
 * equal-width: [0, 1/B), [1/B, 2/B), ..., [1 - 1/B, 1].
 */
export type Binning = "equal-mass" | "equal-width";

export interface BinOptions {
  /** Whole, at least 1; default 15. */
  readonly bins?: number;
  /** Default equal-mass. */
  readonly binning?: Binning;
  /** shape [n]; at least 0 and finite, absent for 1 each. */
  readonly weights?: ArrayLike<number>;
}

const MAX_BINS = 10_000;

/** @throws HairlineError BAD_SHAPE as `calibrationBins`; BAD_ARGUMENT for the number of bins */
export function checkBinned(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  { bins = 15, weights }: BinOptions,
): void {
  checkScored(probabilities, labels);
  checkUnitInterval("probabilities", probabilities);
  if (weights !== undefined) checkWeights(weights, labels.length);
  if (!Number.isInteger(bins) || bins < 1 || bins > MAX_BINS) {
    throw new HairlineError("BAD_ARGUMENT", `${bins} bins are not 1 to ${MAX_BINS}.`, { field: "bins" });
  }
}

/** Walks up the probabilities; a bin closes when the weight so far reaches its share of the total. */
function equalMassBins(
  probabilities: ArrayLike<number>,
  bins: number,
  weights: ArrayLike<number> | undefined,
): Uint32Array {
  const order = ascendingOrder(probabilities);
  const weightOf = (row: number): number => (weights === undefined ? 1 : weights[row]!);
  let total = 0;
  for (const row of order) total += weightOf(row);
  const binOf = new Uint32Array(order.length);
  let bin = 0;
  let sum = 0;
  for (let start = 0; start < order.length;) {
    const probability = probabilities[order[start]!]!;
    let end = start;
    for (; end < order.length && probabilities[order[end]!] === probability; end++) {
      binOf[order[end]!] = bin;
      sum += weightOf(order[end]!);
    }
    start = end;
    while (bin < bins - 1 && sum * bins >= (bin + 1) * total) bin += 1;
  }
  return binOf;
}

/**
 * The bin of each row, numbered from the lowest probability; some may be empty.
 *
 * @param probabilities shape [n]; in [0, 1]
 * @returns shape [n]; in [0, bins)
 */
export function binRows(probabilities: ArrayLike<number>, options: BinOptions): Uint32Array {
  const { bins = 15, binning = "equal-mass", weights } = options;
  return binning === "equal-mass"
    ? equalMassBins(probabilities, bins, weights)
    : Uint32Array.from(probabilities, (p) => Math.min(Math.floor(p * bins), bins - 1));
}

/** Sums per bin, shape [bins] each. */
export interface BinSums {
  readonly weight: Float64Array;
  readonly probability: Float64Array;
  readonly positive: Float64Array;
}

export interface BinnedRows {
  readonly probabilities: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
  readonly binOf: Uint32Array;
}

export function sumBins(rows: BinnedRows, bins: number, weights: ArrayLike<number> | undefined): BinSums {
  const { probabilities, labels, binOf } = rows;
  const weight = new Float64Array(bins);
  const probability = new Float64Array(bins);
  const positive = new Float64Array(bins);
  for (let row = 0; row < binOf.length; row++) {
    const bin = binOf[row]!;
    const each = weights === undefined ? 1 : weights[row]!;
    weight[bin]! += each;
    probability[bin]! += each * probabilities[row]!;
    positive[bin]! += each * labels[row]!;
  }
  return { weight, probability, positive };
}
