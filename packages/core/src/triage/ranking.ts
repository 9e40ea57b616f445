import { triageMetrics } from "./metrics.ts";
import { countsAt, type SweepCounts } from "./sweep-cube.ts";

export const RANKABLE_METRICS = [
  "overallAccuracy",
  "accuracy",
  "precision",
  "recall",
  "f1",
  "coverage",
] as const;
export type RankableMetric = (typeof RANKABLE_METRICS)[number];

interface Ranked {
  readonly index: number;
  readonly value: number;
  readonly coverage: number;
}

function precedes(a: Ranked, b: Ranked): boolean {
  if (a.value !== b.value) return a.value > b.value;
  if (a.coverage !== b.coverage) return a.coverage > b.coverage;
  return a.index < b.index;
}

function insertRanked(best: Ranked[], entry: Ranked, limit: number): void {
  const last = best.at(-1);
  if (best.length === limit && last !== undefined && !precedes(entry, last)) return;
  const at = best.findIndex((other) => precedes(entry, other));
  best.splice(at < 0 ? best.length : at, 0, entry);
  if (best.length > limit) best.pop();
}

export interface RankingOptions {
  readonly by: RankableMetric;
  /** At least 1, small: each of the configs is compared with the list. */
  readonly limit: number;
  /** Leaves out configs by index, such as repeats. */
  readonly skip?: (index: number) => boolean;
}

/**
 * The best configs by one metric, best first; ties go to the higher coverage, then to the earlier config.
 * Configs whose metric is undefined are left out.
 *
 * @returns config indices, at most `limit`
 */
export function topConfigs(counts: SweepCounts, { by, limit, skip }: RankingOptions): number[] {
  const best: Ranked[] = [];
  for (let index = 0; index < counts.tp.length; index++) {
    if (skip?.(index) === true) continue;
    const metrics = triageMetrics(countsAt(counts, index));
    const value = metrics[by];
    if (value === null) continue;
    insertRanked(best, { index, value, coverage: metrics.coverage ?? 0 }, limit);
  }
  return best.map((entry) => entry.index);
}

/**
 * The configs no other config beats in both coverage and accuracy on confident images. Of configs with equal counts
 * the first stands for all.
 *
 * @returns config indices by falling coverage and so rising accuracy
 */
export function paretoFront(counts: SweepCounts): number[] {
  // Configs of equal coverage have equally many confident images, so their right answers compare as integers.
  const bestByInconclusive = new Map<number, { index: number; right: number }>();
  for (let index = 0; index < counts.tp.length; index++) {
    const { tp, tn, inconclusive } = countsAt(counts, index);
    const best = bestByInconclusive.get(inconclusive);
    if (best === undefined || tp + tn > best.right)
      bestByInconclusive.set(inconclusive, { index, right: tp + tn });
  }
  const front: number[] = [];
  let bestAccuracy = -1;
  for (const inconclusive of [...bestByInconclusive.keys()].toSorted((a, b) => a - b)) {
    const index = bestByInconclusive.get(inconclusive)?.index ?? 0;
    const { accuracy } = triageMetrics(countsAt(counts, index));
    if (accuracy === null || accuracy <= bestAccuracy) continue;
    bestAccuracy = accuracy;
    front.push(index);
  }
  return front;
}
