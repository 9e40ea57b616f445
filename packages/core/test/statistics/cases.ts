import { readFileSync } from "node:fs";

interface Limits {
  readonly k: number;
  readonly n: number;
  readonly limits: readonly [number, number];
}

interface Covariance {
  readonly aucs: readonly [number, number];
  readonly cov: readonly (readonly number[])[];
}

/** What fixtures/make_statistics_fixtures.py writes. */
export interface StatisticsCases {
  readonly normalCdf: readonly (readonly [number, number])[];
  readonly normalQuantile: readonly (readonly [number, number])[];
  readonly clopperPearson: readonly (Limits & { readonly confidence: number })[];
  readonly wilson: readonly (Limits & { readonly confidence: number })[];
  readonly bounds: readonly (Limits & { readonly delta: number })[];
  readonly binomial: readonly { k: number; n: number; p: number; cdf: number; tail: number }[];
  readonly hoeffdingBentkus: readonly { mean: number; n: number; limit: number; p: number }[];
  readonly mcnemar: readonly { first: number; second: number; p: number; midP: number }[];
  readonly random: readonly { seed: number; words: number[] }[];
  readonly areas: readonly {
    labels: number[];
    clusters: number[];
    first: number[];
    second: number[];
    delong: Covariance & { z: number; p: number };
    clustered: Covariance;
  }[];
  readonly bootstrap: { values: number[]; standardError: number; bca: [number, number] };
}

export const CASES = JSON.parse(
  readFileSync(new URL("fixtures/statistics-cases.json", import.meta.url), "utf8"),
) as StatisticsCases;

/** |a - b| relative to b; 0 when equal, so that 0 meets 0. */
export function relativeError(a: number, b: number): number {
  return a === b ? 0 : Math.abs(a - b) / Math.abs(b);
}
