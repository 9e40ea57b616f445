import { checkLevel, checkSameLength } from "./check.ts";
import { numberClusters } from "./cluster-sums.ts";
import { normalCdf, normalQuantile } from "./normal.ts";
import { type Placements, placements } from "./placements.ts";
import type { Interval } from "./proportion-interval.ts";

export interface DeLongOptions {
  /**
   * shape [n]; the patient of each row. Given, variances are Obuchowski's for clustered data, which equal DeLong's when
   * every row is its own cluster. Without, rows count as independent, and intervals are too narrow where they are not.
   */
  readonly clusters?: ArrayLike<number | string>;
  /** Two-sided, in (0, 1); default 0.95. */
  readonly confidence?: number;
}

export interface AucEstimate {
  /** In [0, 1]. */
  readonly auc: number;
  /** Null with fewer than two clusters (or rows) of a class. */
  readonly variance: number | null;
  /** Wald's, within [0, 1]; null where the variance is null or 0, as for a perfect order: that is not certainty. */
  readonly interval: Interval | null;
}

export interface AucComparison {
  readonly first: AucEstimate;
  readonly second: AucEstimate;
  /** first less second. */
  readonly difference: number;
  readonly standardError: number | null;
  /** Of the difference, within [-1, 1]. */
  readonly interval: Interval | null;
  readonly z: number | null;
  /** Two-sided. Null where the standard error is null or 0, except that equal orders give 1. */
  readonly pValue: number | null;
}

/** shape [clusters] each: a class' components less their mean, added up per cluster. */
interface ClusterComponents {
  readonly positive: Float64Array;
  readonly negative: Float64Array;
}

interface Clustering {
  readonly of: Uint32Array;
  readonly count: number;
  readonly withPositives: number;
  readonly withNegatives: number;
}

function centredSums(
  from: Placements,
  labels: ArrayLike<number>,
  { of, count }: Clustering,
): ClusterComponents {
  const positive = new Float64Array(count);
  const negative = new Float64Array(count);
  for (let row = 0; row < of.length; row++) {
    const sums = labels[row] === 1 ? positive : negative;
    sums[of[row]!]! += from.values[row]! - from.auc;
  }
  return { positive, negative };
}

function clustering(labels: ArrayLike<number>, clusters: ArrayLike<number | string> | undefined): Clustering {
  const { of, count } =
    clusters === undefined
      ? { of: Uint32Array.from({ length: labels.length }, (_, row) => row), count: labels.length }
      : numberClusters(clusters);
  const has = [new Uint8Array(count), new Uint8Array(count)] as const;
  for (let row = 0; row < of.length; row++) has[labels[row] === 1 ? 1 : 0][of[row]!] = 1;
  const total = (flags: Uint8Array): number => flags.reduce((sum, flag) => sum + flag, 0);
  return { of, count, withNegatives: total(has[0]), withPositives: total(has[1]) };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}

/** Obuchowski's covariance of two areas over the same rows; DeLong's where clusters are single rows. */
function covariance(
  [a, b]: readonly [ClusterComponents, ClusterComponents],
  { positives, negatives }: Placements,
  { count, withPositives, withNegatives }: Clustering,
): number | null {
  if (withPositives < 2 || withNegatives < 2) return null;
  const ofPositives = (withPositives / (withPositives - 1)) * dot(a.positive, b.positive);
  const ofNegatives = (withNegatives / (withNegatives - 1)) * dot(a.negative, b.negative);
  const across = (count / (count - 1)) * (dot(a.positive, b.negative) + dot(b.positive, a.negative));
  return ofPositives / positives ** 2 + ofNegatives / negatives ** 2 + across / (positives * negatives);
}

function wald(
  centre: number,
  variance: number | null,
  limits: Interval & { confidence: number },
): Interval | null {
  if (variance === null || !(variance > 0)) return null;
  const reach = normalQuantile(0.5 + limits.confidence / 2) * Math.sqrt(variance);
  return { lower: Math.max(limits.lower, centre - reach), upper: Math.min(limits.upper, centre + reach) };
}

/**
 * The area under the ROC curve with its variance, ties counted one half; O(n log n).
 *
 * @param scores shape [n]; higher is more positive
 * @param labels shape [n]; 1 positive, 0 negative
 * @returns null when a class is absent
 * @throws HairlineError BAD_SHAPE when lengths differ, a score is NaN or a label is neither 0 nor 1
 * @see DeLong et al. 1988, Biometrics 44:837-845
 * @see Obuchowski 1997, Biometrics 53:567-578
 */
export function delongAuc(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: DeLongOptions = {},
): AucEstimate | null {
  const compared = compareAucs([scores, scores], labels, options);
  return compared === null ? null : compared.first;
}

/**
 * Paired test of two scores of the same images: are their ROC areas equal? As `delongAuc` otherwise.
 *
 * @param scores two arrays of shape [n]
 * @returns null when a class is absent
 */
export function compareAucs(
  scores: readonly [ArrayLike<number>, ArrayLike<number>],
  labels: ArrayLike<number>,
  { clusters, confidence = 0.95 }: DeLongOptions = {},
): AucComparison | null {
  checkLevel("confidence", confidence);
  if (clusters !== undefined) checkSameLength("clusters", clusters.length, labels.length);
  const first = placements(scores[0], labels);
  const second = scores[1] === scores[0] ? first : placements(scores[1], labels);
  if (first === null || second === null) return null;
  const groups = clustering(labels, clusters);
  const a = centredSums(first, labels, groups);
  const b = second === first ? a : centredSums(second, labels, groups);
  const estimate = ({ auc }: Placements, sums: ClusterComponents): AucEstimate => {
    const variance = covariance([sums, sums], first, groups);
    return { auc, variance, interval: wald(auc, variance, { lower: 0, upper: 1, confidence }) };
  };
  const [one, two] = [estimate(first, a), estimate(second, b)];
  const shared = covariance([a, b], first, groups);
  return { first: one, second: two, ...differenceTest([one, two], shared, confidence) };
}

function differenceTest(
  [one, two]: readonly [AucEstimate, AucEstimate],
  shared: number | null,
  confidence: number,
): Omit<AucComparison, "first" | "second"> {
  const difference = one.auc - two.auc;
  if (one.variance === null || two.variance === null || shared === null) {
    return { difference, standardError: null, interval: null, z: null, pValue: null };
  }
  const variance = one.variance + two.variance - 2 * shared;
  // What is left of equal terms by rounding is no variance.
  const settled = variance > 1e-14 * (one.variance + two.variance) ? variance : 0;
  const standardError = Math.sqrt(settled);
  const z = settled === 0 ? null : difference / standardError;
  const pValue = z === null ? (difference === 0 ? 1 : null) : 2 * normalCdf(-Math.abs(z));
  const interval = wald(difference, settled, { lower: -1, upper: 1, confidence });
  return { difference, standardError, interval, z, pValue };
}
