import fc from "fast-check";
import { expect, test } from "vitest";
import { UNLABELLED, type FactRow } from "../../src/facts/index.ts";
import { FineCounts } from "../../src/rollup/fine-counts.ts";
import { FINE_THRESHOLDS, fineToCube, isAligned } from "../../src/rollup/index.ts";
import {
  configAt,
  configCount,
  evaluatePolicies,
  sweepAxes,
  sweepCounts,
  countsAt,
  type SweepGrid,
} from "../../src/triage/index.ts";
import { arbitraryImage, SEED_ALPHAS } from "../readings/arbitrary-facts.ts";
import type { SeededImage } from "../readings/seed-facts.ts";

function factRow(image: SeededImage): FactRow {
  return {
    label: image.label ?? UNLABELLED,
    probability: image.probability,
    degenerate: image.degenerate,
    entropy: image.entropy ?? Number.NaN,
    areas: Float64Array.from(image.areas, (area) => area ?? Number.NaN),
    grid: new Float32Array(0),
  };
}

function count(images: readonly SeededImage[]): FineCounts {
  const counts = FineCounts.empty(SEED_ALPHAS.length);
  for (const image of images) counts.add(factRow(image), 1);
  return counts;
}

const some = <T>(values: readonly T[]): fc.Arbitrary<T[]> =>
  fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 5 });

const alignedGrid: fc.Arbitrary<SweepGrid> = fc.record({
  pLow: some(FINE_THRESHOLDS.p),
  entropyMax: some([...FINE_THRESHOLDS.entropy, null]),
  areaMax: some([...FINE_THRESHOLDS.area, null]),
  alpha: some(SEED_ALPHAS),
});

const images = fc.array(arbitraryImage({ complete: true }), { maxLength: 40 });

test("gives every aligned sweep the counts of the plain evaluation", () => {
  fc.assert(
    fc.property(images, alignedGrid, (given, grid) => {
      const axes = sweepAxes(grid);
      expect(isAligned(axes)).toBe(true);
      const alphas = axes.alpha.alphas.map((alpha) => count(given).alphas[SEED_ALPHAS.indexOf(alpha)]!);
      const { cube, missing } = fineToCube(axes, alphas);
      expect(missing).toBe(0);
      const counts = sweepCounts(axes, cube);
      const configs = Array.from({ length: configCount(grid) }, (_, index) => configAt(grid, index));
      const rows = given.flatMap((image) => (image.label === null ? [] : [{ ...image, label: image.label }]));
      expect(configs.map((_, index) => countsAt(counts, index))).toEqual(
        evaluatePolicies(rows, SEED_ALPHAS, configs),
      );
    }),
    { seed: 23, numRuns: 150 },
  );
});

test("counts nothing after everything added was removed", () => {
  fc.assert(
    fc.property(fc.array(arbitraryImage({ complete: false }), { maxLength: 40 }), (given) => {
      const counts = count(given);
      for (const image of given) counts.add(factRow(image), -1);
      expect(counts.unlabelled).toBe(0);
      expect(
        counts.alphas.every(({ positive, negative }) => !positive.some(Boolean) && !negative.some(Boolean)),
      ).toBe(true);
    }),
    { seed: 29, numRuns: 30 },
  );
});

const FACTS = {
  label: 1,
  probability: 0.5,
  degenerate: false,
  entropy: 1,
  areas: [0.2, 0.2, 0.2, 0.2, 0.2],
} as const;

test.for([
  ["nothing", FACTS, 0],
  ["the entropy", { ...FACTS, entropy: null }, 1],
  ["an area at the alpha swept", { ...FACTS, areas: [0.2, 0.2, null, 0.2, 0.2] }, 1],
  ["an area at another alpha", { ...FACTS, areas: [null, 0.2, 0.2, 0.2, 0.2] }, 0],
  ["the entropy of a row below every p_low", { ...FACTS, probability: 0.1, entropy: null }, 0],
  ["everything, the CAM being flat", { ...FACTS, degenerate: true, entropy: null, areas: [] }, 0],
  ["the entropy of a row without label", { ...FACTS, label: null, entropy: null }, 0],
] as const)("tells of a row that lacks %s", ([, image, expected]) => {
  const axes = sweepAxes({ pLow: [0.2], entropyMax: [2], areaMax: [0.3], alpha: [0.5] });
  expect(fineToCube(axes, [count([image]).alphas[2]!]).missing).toBe(expected);
});

test.for([
  [{ pLow: [0.22, 1, 0], entropyMax: [5.5, null], areaMax: [0.15, null], alpha: [0.35] }, true],
  [{ pLow: [0.225], entropyMax: [2], areaMax: [null], alpha: [0.5] }, false],
  [{ pLow: [0.22], entropyMax: [2.25], areaMax: [null], alpha: [0.5] }, false],
  [{ pLow: [0.22], entropyMax: [5.6], areaMax: [null], alpha: [0.5] }, false],
  [{ pLow: [0.22], entropyMax: [null], areaMax: [0.12], alpha: [0.5] }, false],
] as const)("knows whether %j is of its grid", ([grid, aligned]) => {
  expect(isAligned(sweepAxes(grid))).toBe(aligned);
});
