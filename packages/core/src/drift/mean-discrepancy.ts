import { HairlineError } from "../errors.ts";
import { createRandom, type Random } from "../statistics/index.ts";
import {
  countOfPoints,
  gaussianKernel,
  medianSquaredDistance,
  squaredDistances,
  type Points,
} from "./kernel-matrix.ts";

export interface MeanDiscrepancy {
  /** Unbiased squared maximum mean discrepancy: about 0 without drift, at most 2; null with fewer than 2 rows a window. */
  readonly squared: number | null;
  /** (1 + permutations at least as far apart) / (1 + permutations); 20 / those made when 20 were, which then sufficed. */
  readonly pValue: number | null;
  /** The kernel's sigma^2: the median squared distance of the rows. */
  readonly bandwidth: number | null;
}

export interface DiscrepancyOptions {
  /** Default 1,999, so that the least p of 5e-4 stays below 0.01 among 19 tests under Holm. */
  readonly permutations?: number | undefined;
  readonly seed?: number | undefined;
}

/** Permutations at least as far apart that settle it: p is then known to a quarter of itself. */
const ENOUGH = 20;

/** Sums of the kernel over pairs of rows: all, and of each row. */
interface KernelSums {
  readonly kernel: Float64Array;
  readonly count: number;
  readonly total: number;
  readonly rows: Float64Array;
}

function sumKernel(kernel: Float64Array, count: number): KernelSums {
  const rows = new Float64Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let j = 0; j < count; j++) sum += kernel[i * count + j]!;
    rows[i] = sum;
    total += sum;
  }
  return { kernel, count, total, rows };
}

/** Four sums at once: one alone waits for each addition to end, and takes twice as long. */
function sumOf(kernel: Float64Array, row: number, columns: Int32Array): number {
  const whole = columns.length - (columns.length % 4);
  let [first, second, third, fourth] = [0, 0, 0, 0];
  for (let at = 0; at < whole; at += 4) {
    first += kernel[row + columns[at]!]!;
    second += kernel[row + columns[at + 1]!]!;
    third += kernel[row + columns[at + 2]!]!;
    fourth += kernel[row + columns[at + 3]!]!;
  }
  for (let at = whole; at < columns.length; at++) first += kernel[row + columns[at]!]!;
  return first + second + (third + fourth);
}

/** The statistic when the rows `members` are the first window: one pass over its pairs gives all three sums. */
function discrepancyOf({ kernel, count, total, rows }: KernelSums, members: Int32Array): number {
  const n = members.length;
  const m = count - n;
  let within = 0;
  let touching = 0;
  for (let a = 0; a < n; a++) {
    within += 2 * sumOf(kernel, members[a]! * count, members.subarray(0, a));
    touching += rows[members[a]!]!;
  }
  const across = touching - within;
  const other = total - within - 2 * across;
  return within / (n * (n - 1)) + other / (m * (m - 1)) - (2 * across) / (n * m);
}

/** Moves a random choice of `size` to the front, by the first steps of Fisher and Yates' shuffle. */
function choose(order: Int32Array, size: number, random: Random): void {
  for (let at = 0; at < size; at++) {
    const from = at + random.below(order.length - at);
    const moved = order[at]!;
    order[at] = order[from]!;
    order[from] = moved;
  }
}

/**
 * Unbiased MMD^2 with a Gaussian kernel of the median distance, tested by permuting which window a row is of. Takes
 * (n + m)^2 numbers of memory, so that a caller draws samples from large windows.
 *
 * @param reference shape [n, d]
 * @param current shape [m, d]
 * @throws HairlineError BAD_SHAPE when the dimensions differ or a value is not finite
 * @see Gretton et al. 2012, J. Mach. Learn. Res. 13:723-773, eq. 3 and section 5
 * @see Besag & Clifford 1991, Biometrika 78:301-304, for ending early
 */
export function meanDiscrepancy(
  reference: Points,
  current: Points,
  { permutations = 1999, seed = 1 }: DiscrepancyOptions = {},
): MeanDiscrepancy {
  const [n, m] = [countOfPoints(reference), countOfPoints(current)];
  if (n < 2 || m < 2) return { squared: null, pValue: null, bandwidth: null };
  if (reference.dimensions !== current.dimensions) {
    throw new HairlineError("BAD_SHAPE", "The windows' embeddings differ in length.", { field: "embedding" });
  }
  if (![reference, current].every(({ values }) => values.every(Number.isFinite))) {
    throw new HairlineError("BAD_SHAPE", "An embedding is not finite.", { field: "embedding" });
  }
  const distances = squaredDistances(reference, current);
  const bandwidth = medianSquaredDistance(distances, n + m);
  const sums = sumKernel(gaussianKernel(distances, n + m, bandwidth), n + m);
  // The smaller window is summed over, which the statistic is symmetric in.
  const size = Math.min(n, m);
  const order = Int32Array.from({ length: n + m }, (_, at) => (n <= m ? at : n + m - 1 - at));
  const squared = discrepancyOf(sums, order.subarray(0, size));
  const random = createRandom(seed);
  // Sums in another order differ in their last digits; a tie is no smaller.
  const reached = squared - 1e-12;
  let asFar = 0;
  for (let made = 1; made <= permutations; made++) {
    choose(order, size, random);
    if (discrepancyOf(sums, order.subarray(0, size)) >= reached) asFar += 1;
    if (asFar === ENOUGH) return { squared, pValue: ENOUGH / made, bandwidth };
  }
  return { squared, pValue: (1 + asFar) / (1 + permutations), bandwidth };
}
