import { sweepRow, type SweepResult } from "@hairline/core/readings";
import { triageMetrics } from "@hairline/core/triage";
import type { SweepPoint } from "./report-input.ts";

/** Parts of an axis that a reader can tell apart. */
const RESOLUTION = 500;
/** Dots of a plot that a browser still draws at once. */
const MAX_POINTS = 3000;

/**
 * The configs of a sweep that lie apart in coverage and error, the first of each place; those that decide nothing have
 * no place. Of too many, evenly spaced ones.
 */
export function sweepPoints(result: SweepResult): SweepPoint[] {
  const first = new Map<number, number>();
  for (let index = 0; index < result.configs; index++) {
    const { coverage, accuracy } = triageMetrics(sweepRow(result, index).counts);
    if (coverage === null || accuracy === null) continue;
    const place = Math.round(coverage * RESOLUTION) * (RESOLUTION + 1) + Math.round(accuracy * RESOLUTION);
    if (!first.has(place)) first.set(place, index);
  }
  return evenlySpaced([...first.values()], MAX_POINTS).map((index) => {
    const { policy, counts } = sweepRow(result, index);
    return { policy, counts };
  });
}

/** At most `limit` of the items, the first and the last among them. */
export function evenlySpaced<Item>(items: readonly Item[], limit: number): Item[] {
  if (items.length <= limit) return [...items];
  const step = (items.length - 1) / (limit - 1);
  return Array.from({ length: limit }, (_, at) => items[Math.round(at * step)]!);
}
