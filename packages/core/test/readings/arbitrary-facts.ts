import fc from "fast-check";
import type { SweepGrid } from "../../src/triage/index.ts";
import type { SeededImage } from "./seed-facts.ts";

const bits = new DataView(new ArrayBuffer(4));

/** The float32 `steps` representable values away from a non-negative one; 0 at the least. */
export function ulpAway(value: number, steps: number): number {
  bits.setFloat32(0, value);
  bits.setInt32(0, Math.max(0, bits.getInt32(0) + steps));
  return bits.getFloat32(0);
}

const P_THRESHOLDS = [0, 0.1, 0.18, 0.2, 0.22, 0.24, 0.26, 0.3, 0.7, 1];
const ENTROPY_THRESHOLDS = [0, 0.5, 1.5, 2.2, 2.6, 3, 3.4, 3.8, 3.8918];
const AREA_THRESHOLDS = [0, 1 / 49, 0.1, 0.15, 0.2, 0.25, 0.3, 15 / 49, 1];
const ALPHAS = [0.3, 0.4, 0.5, 0.6, 0.7];

/** Values on a threshold and one float32 step beside it, mixed with others: ties are where sweeps go wrong. */
function snapped(thresholds: readonly number[], max: number): fc.Arbitrary<number> {
  const near = fc
    .tuple(fc.constantFrom(...thresholds), fc.integer({ min: -1, max: 1 }))
    .map(([threshold, steps]) => Math.min(max, ulpAway(threshold, steps)));
  return fc.oneof(near, fc.float({ min: 0, max: Math.fround(max), noNaN: true }));
}

const area = fc.oneof(
  snapped(AREA_THRESHOLDS, 1),
  fc.integer({ min: 0, max: 49 }).map((cells) => Math.fround(cells / 49)),
);

/** An image whose label, and facts if `complete` is false, may be missing. */
export function arbitraryImage({ complete }: { complete: boolean }): fc.Arbitrary<SeededImage> {
  const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
    complete ? arbitrary : fc.option(arbitrary, { freq: 8 });
  const facts = fc.record({
    degenerate: fc.constant(false),
    entropy: optional(snapped(ENTROPY_THRESHOLDS, 5)),
    areas: fc.tuple(...ALPHAS.map(() => optional(area))),
  });
  const degenerate = fc.constant({ degenerate: true, entropy: null, areas: ALPHAS.map(() => null) });
  return fc
    .tuple(
      fc.constantFrom(0, 1, null),
      snapped(P_THRESHOLDS, 1),
      fc.oneof({ weight: 9, arbitrary: facts }, { weight: 1, arbitrary: degenerate }),
    )
    .map(([label, probability, rest]) => ({ label, probability, ...rest }));
}

/** Grids of few values in any order, repeats and absent gates included. */
export function arbitraryGrid(): fc.Arbitrary<SweepGrid> {
  const some = <T>(values: readonly T[]): fc.Arbitrary<T[]> =>
    fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 4 });
  return fc.record({
    pLow: some(P_THRESHOLDS),
    entropyMax: some([...ENTROPY_THRESHOLDS, null]),
    areaMax: some([...AREA_THRESHOLDS, null]),
    alpha: some(ALPHAS),
  });
}

export const SEED_ALPHAS: readonly number[] = ALPHAS;
