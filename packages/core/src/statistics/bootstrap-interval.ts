import { HairlineError } from "../errors.ts";
import { checkLevel } from "./check.ts";
import { normalCdf, normalQuantile } from "./normal.ts";

/**
 * percentile: the replicates' own quantiles. bca: the same, corrected for the bias and the skew of the statistic
 * (Efron 1987); better for ratios, areas and small samples.
 */
export type BootstrapMethod = "percentile" | "bca";

export interface BootstrapOptions {
  /** Seed of xoshiro128** (see `createRandom`); default 1. */
  readonly seed?: number;
  /** Default 2000. */
  readonly replicates?: number;
  /** Two-sided, in (0, 1); default 0.95. */
  readonly confidence?: number;
  /** Default bca. */
  readonly method?: BootstrapMethod;
}

export interface BootstrapInterval {
  /** The statistic of the data themselves; null where undefined. */
  readonly estimate: number | null;
  /** Null with `upper`: see `BootstrapInterval.undefinedReplicates` and `clusterBootstrap`. */
  readonly lower: number | null;
  readonly upper: number | null;
  /** Standard deviation of the replicates; null with fewer than two. */
  readonly standardError: number | null;
  /** Replicates in which the statistic was undefined (such as a resample without positives). */
  readonly undefinedReplicates: number;
}

/** More undefined replicates than this and the rest no longer tell how the statistic varies. */
const MAX_UNDEFINED_SHARE = 0.05;

export function resolveBootstrapOptions(options: BootstrapOptions): Required<BootstrapOptions> {
  const { seed = 1, replicates = 2000, confidence = 0.95, method = "bca" } = options;
  checkLevel("confidence", confidence);
  if (!Number.isSafeInteger(replicates) || replicates < 1 || !Number.isSafeInteger(seed)) {
    throw new HairlineError("BAD_ARGUMENT", `${replicates} replicates from seed ${seed} cannot be drawn.`);
  }
  return { seed, replicates, confidence, method };
}

/** The quantile of sorted values at `share`, linear between neighbours (numpy's default). */
export function sortedQuantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}

/**
 * Skew of the statistic over its jackknife values, each standing for `weights` equal ones.
 *
 * @see Efron 1987, JASA 82:171-185, eq. 6.6
 */
export function acceleration(jackknife: ArrayLike<number | null>, weights: ArrayLike<number>): number {
  let total = 0;
  let mean = 0;
  for (let at = 0; at < weights.length; at++) {
    if (jackknife[at] === null) return 0;
    total += weights[at]!;
    mean += weights[at]! * jackknife[at]!;
  }
  mean /= total;
  let squares = 0;
  let cubes = 0;
  for (let at = 0; at < weights.length; at++) {
    const distance = mean - jackknife[at]!;
    squares += weights[at]! * distance ** 2;
    cubes += weights[at]! * distance ** 3;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/** The shares of the sorted replicates at which a BCa interval ends. */
function bcaShares(sorted: Float64Array, estimate: number, options: { confidence: number; skew: number }) {
  let below = 0;
  for (const value of sorted) below += value < estimate ? 1 : value === estimate ? 0.5 : 0;
  // Half a replicate from the ends, so that an estimate beyond all replicates keeps a finite correction.
  const share = Math.min(Math.max(below, 0.5), sorted.length - 0.5) / sorted.length;
  const bias = normalQuantile(share);
  const adjusted = (z: number): number => normalCdf(bias + (bias + z) / (1 - options.skew * (bias + z)));
  const reach = normalQuantile(0.5 + options.confidence / 2);
  return [adjusted(-reach), adjusted(reach)] as const;
}

function standardDeviation(values: Float64Array): number | null {
  if (values.length < 2) return null;
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * The interval of a statistic from its replicates.
 *
 * @param replicates shape [r]; NaN where undefined
 * @param skew asked for only by bca
 */
export function bootstrapInterval(
  estimate: number | null,
  replicates: Float64Array,
  options: Required<BootstrapOptions> & { skew: () => number },
): BootstrapInterval {
  const defined = replicates.filter((value) => !Number.isNaN(value)).sort();
  const undefinedReplicates = replicates.length - defined.length;
  const standardError = standardDeviation(defined);
  const unknown = { estimate, lower: null, upper: null, standardError, undefinedReplicates };
  if (estimate === null || undefinedReplicates > MAX_UNDEFINED_SHARE * replicates.length) return unknown;
  // A sample that cannot vary (30 of 30 right) says nothing of how the statistic does.
  if (defined.length < 2 || defined[0] === defined.at(-1)) return unknown;
  const { confidence, method } = options;
  const [low, high] =
    method === "bca"
      ? bcaShares(defined, estimate, { confidence, skew: options.skew() })
      : [(1 - confidence) / 2, (1 + confidence) / 2];
  return {
    ...unknown,
    lower: sortedQuantile(defined, Math.min(low, high)),
    upper: sortedQuantile(defined, Math.max(low, high)),
  };
}
