import { readFileSync } from "node:fs";
import type { ConfusionCounts, ConfusionMetrics } from "../../src/selective/index.ts";

/** What fixtures/make_selective_fixtures.py writes. */
export interface SelectiveCases {
  readonly selective: readonly {
    confidence: number[];
    loss: number[];
    aurc: number;
    best: number;
    augrc: number;
    /** confidence, coverage, selective risk, generalized risk */
    curve: [number, number, number, number][];
  }[];
  readonly ranking: readonly {
    labels: number[];
    scores: number[];
    auc: number;
    ap: number;
    roc: { threshold: number[]; sensitivity: number[]; falsePositiveRate: number[] };
    pr: { threshold: number[]; precision: number[]; recall: number[] };
    counts: ConfusionCounts;
    metrics: ConfusionMetrics;
  }[];
}

export const CASES = JSON.parse(
  readFileSync(new URL("fixtures/selective-cases.json", import.meta.url), "utf8"),
) as SelectiveCases;

/** The largest distance between two arrays, Infinity when their lengths differ. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (let at = 0; at < a.length; at++) most = Math.max(most, Math.abs(a[at]! - b[at]!));
  return most;
}
