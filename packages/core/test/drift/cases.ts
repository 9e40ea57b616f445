import { readFileSync } from "node:fs";

interface Pairs {
  readonly a: number;
  readonly n: number;
  readonly b: number;
  readonly m: number;
}

/** What fixtures/make_drift_fixtures.py writes. */
export interface DriftCases {
  readonly chiSquare: readonly { x: number; degrees: number; tail: number }[];
  readonly ks: readonly { first: number[]; second: number[]; d: number; p: number }[];
  readonly psi: readonly {
    reference: number[];
    current: number[];
    bins: number;
    size: number;
    psi: number;
    p: number;
  }[];
  readonly mixes: readonly {
    reference: number[];
    current: number[];
    statistic: number;
    p: number;
    moved: number;
  }[];
  readonly fisher: readonly (Pairs & { readonly p: number })[];
  readonly mmd: readonly {
    dimensions: number;
    reference: number[];
    current: number[];
    bandwidth: number;
    squared: number;
  }[];
  readonly adjusted: readonly { p: number[]; bh: number[] }[];
  readonly kolmogorov: readonly { x: number; p: number }[];
  readonly newcombe: readonly (Pairs & { difference: number; lower: number; upper: number })[];
}

export const CASES = JSON.parse(
  readFileSync(new URL("fixtures/drift-cases.json", import.meta.url), "utf8"),
) as DriftCases;

/** Distance of a from b, relative to b; infinite for null. */
export function errorOf(a: number | null, b: number): number {
  if (a === null) return Infinity;
  return a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(b), 1e-300);
}

export function sorted(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}
