import { HairlineError } from "../errors.ts";
import { checkLevel, checkSameLength } from "./check.ts";
import { numberClusters } from "./cluster-sums.ts";
import { normalCdf, normalQuantile } from "./normal.ts";

/** Two readers of the same units, each right or wrong on each. */
export interface PairedCounts {
  /** Units both read. */
  readonly units: number;
  /** Only the second is right. */
  readonly gained: number;
  /** Only the first is right. */
  readonly lost: number;
  readonly bothRight: number;
}

export interface PairedProportions extends PairedCounts {
  readonly clusters: number;
  /** Patients with a unit that only one reader is right on. */
  readonly discordantClusters: number;
  /** How many times larger the variance of the difference is than with independent units; at least 1. */
  readonly designEffect: number;
  /**
   * Two-sided test that the second is right as often as the first, patients being independent; 1 without a discordant
   * patient. Durkalski et al. 2003, Stat. Med. 22:2417-2428.
   */
  readonly clusteredPValue: number;
}

/** Fewer discordant patients say too little of how units of a patient hang together. */
const MIN_DISCORDANT_CLUSTERS = 10;

/**
 * Counts pairs of readings. The design effect is the cluster-robust variance of the difference over the independent
 * one; with fewer than 10 discordant patients it is at least that of patients whose units all go the same way, which
 * is the worst that could hide there.
 *
 * @param right two arrays of shape [n]; 1 right, 0 wrong
 * @param clusters shape [n]; the patient of each unit
 * @throws HairlineError BAD_SHAPE when lengths differ or a reading is neither 0 nor 1
 */
export function pairedProportions(
  right: readonly [ArrayLike<number>, ArrayLike<number>],
  clusters: ArrayLike<number | string>,
): PairedProportions {
  const [first, second] = right;
  checkReadings(first, clusters.length);
  checkReadings(second, clusters.length);
  const { of, count } = numberClusters(clusters);
  const difference = new Float64Array(count);
  const discordant = new Uint8Array(count);
  const sizes = new Float64Array(count);
  const counts = { units: clusters.length, gained: 0, lost: 0, bothRight: 0 };
  for (let row = 0; row < of.length; row++) {
    const cluster = of[row]!;
    sizes[cluster]! += 1;
    if (first[row] === second[row]) {
      counts.bothRight += first[row]!;
      continue;
    }
    counts[second[row] === 1 ? "gained" : "lost"] += 1;
    difference[cluster]! += second[row]! - first[row]!;
    discordant[cluster] = 1;
  }
  const discordantClusters = discordant.reduce((total, flag) => total + flag, 0);
  return {
    ...counts,
    clusters: count,
    discordantClusters,
    designEffect: designEffect({ ...counts, difference, sizes, discordantClusters }),
    clusteredPValue: durkalski(difference),
  };
}

function checkReadings(readings: ArrayLike<number>, length: number): void {
  checkSameLength("right", readings.length, length);
  for (let at = 0; at < length; at++) {
    if (readings[at] === 0 || readings[at] === 1) continue;
    throw new HairlineError("BAD_SHAPE", `Reading ${at} is ${readings[at]}, not 0 or 1.`, { field: "right" });
  }
}

interface Clustered extends PairedCounts {
  /** shape [clusters] */
  readonly difference: Float64Array;
  readonly sizes: Float64Array;
  readonly discordantClusters: number;
}

function designEffect(given: Clustered): number {
  const { units, gained, lost, difference, sizes, discordantClusters } = given;
  if (units === 0) return 1;
  const mean = (gained - lost) / units;
  let robust = 0;
  let squaredSizes = 0;
  for (let at = 0; at < sizes.length; at++) {
    robust += (difference[at]! - mean * sizes[at]!) ** 2;
    squaredSizes += sizes[at]! ** 2;
  }
  const independent = gained + lost - units * mean ** 2;
  const measured = independent > 0 ? robust / independent : 1;
  const worst = discordantClusters < MIN_DISCORDANT_CLUSTERS ? squaredSizes / units : 1;
  return Math.max(1, measured, worst);
}

function durkalski(difference: Float64Array): number {
  let total = 0;
  let squares = 0;
  for (const each of difference) {
    total += each;
    squares += each ** 2;
  }
  return squares === 0 ? 1 : 2 * normalCdf(-Math.abs(total) / Math.sqrt(squares));
}

/**
 * Tango's score statistic of the hypothesis that the second is right more often than the first by `difference`.
 * Defined without a discordant pair too, where Wald's has no variance: two equal readers of enough units are shown to
 * differ by less than a margin.
 *
 * @param difference in [-1, 1]
 * @returns standard normal under the hypothesis, falling in `difference`; null without units
 * @see Tango 1998, Stat. Med. 17:891-908, eq. 9-12
 */
export function tangoStatistic(counts: Omit<PairedCounts, "bothRight">, difference: number): number | null {
  const { units, gained, lost } = counts;
  if (units === 0) return null;
  const b = -gained - lost + (2 * units - gained + lost) * difference;
  const c = -lost * difference * (1 - difference);
  const nuisance = (Math.sqrt(Math.max(0, b * b - 8 * units * c)) - b) / (4 * units);
  const variance = units * (2 * nuisance + difference * (1 - difference));
  const distance = gained - lost - units * difference;
  if (variance > 1e-12 * units) return distance / Math.sqrt(variance);
  return Math.abs(distance) <= 1e-12 * units ? 0 : Math.sign(distance) * Infinity;
}

export interface DifferenceBounds {
  /** Second less first, in [-1, 1]; null without units. */
  readonly difference: number | null;
  /** Each limit is a one-sided bound at `confidence`. */
  readonly lower: number | null;
  readonly upper: number | null;
}

/**
 * One-sided score bounds of the difference of two paired proportions. Counts are divided by the design effect, so that
 * units of one patient count for no more than they tell.
 *
 * @param confidence of each bound by itself, in (0, 1)
 * @throws HairlineError BAD_ARGUMENT for the confidence
 * @see Tango 1998 (score interval); Rao & Scott 1992, Biometrics 48:577-585 (effective counts)
 */
export function pairedDifferenceBounds(counts: PairedProportions, confidence: number): DifferenceBounds {
  checkLevel("confidence", confidence);
  const effective = effectiveCounts(counts);
  if (counts.units === 0) return { difference: null, lower: null, upper: null };
  const reach = normalQuantile(confidence);
  const crossing = (level: number): number => {
    let low = -1;
    let high = 1;
    for (let step = 0; step < 80; step++) {
      const middle = (low + high) / 2;
      if (tangoStatistic(effective, middle)! > level) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  const difference = (counts.gained - counts.lost) / counts.units;
  return { difference, lower: crossing(reach), upper: crossing(-reach) };
}

/**
 * One-sided p-value of the hypothesis that the second is right less often than the first by `margin` or more.
 *
 * @param margin in [0, 1); 0 asks whether the second is better
 * @returns null without units
 */
export function nonInferiorityPValue(counts: PairedProportions, margin: number): number | null {
  const statistic = tangoStatistic(effectiveCounts(counts), -margin);
  return statistic === null ? null : normalCdf(-statistic);
}

function effectiveCounts({ units, gained, lost, designEffect: effect }: PairedProportions) {
  return { units: units / effect, gained: gained / effect, lost: lost / effect };
}
