import { expect, test } from "vitest";
import { meanDiscrepancy, type Points } from "../../src/drift/index.ts";
import { createRandom, normalQuantile } from "../../src/statistics/index.ts";
import { CASES, errorOf } from "./cases.ts";

const points = (values: readonly number[], dimensions: number): Points => ({
  values: Float32Array.from(values),
  dimensions,
});

test.each(CASES.mmd.map((example, at) => [at, example] as const))(
  "gives scikit-learn's discrepancy of pair %i, whichever window comes first",
  (_, { reference, current, dimensions, bandwidth, squared }) => {
    const [before, after] = [points(reference, dimensions), points(current, dimensions)];
    const found = meanDiscrepancy(before, after, { permutations: 1 });
    expect(errorOf(found.bandwidth, bandwidth)).toBeLessThan(1e-9);
    expect(found.squared).toBeCloseTo(squared, 9);
    expect(meanDiscrepancy(after, before, { permutations: 1 }).squared).toBeCloseTo(squared, 9);
  },
);

/** Standard normal rows, the first dimension shifted. */
function draw(seed: number, count: number, shift: number): Points {
  const random = createRandom(seed);
  const dimensions = 4;
  const values = Float32Array.from(
    { length: count * dimensions },
    (_, at) => normalQuantile(random.uniform() + 2 ** -54) + (at % dimensions === 0 ? shift : 0),
  );
  return { values, dimensions };
}

test("finds a shift, and keeps its level where there is none", () => {
  expect(meanDiscrepancy(draw(1, 80, 0), draw(2, 60, 1.2)).pValue).toBe(1 / 2000);
  // 200 pairs of the same distribution at level 0.1: 20 expected, standard deviation 4.2.
  let rejected = 0;
  for (let pair = 0; pair < 200; pair++) {
    const { pValue } = meanDiscrepancy(draw(10 + 2 * pair, 15, 0), draw(11 + 2 * pair, 12, 0), {
      permutations: 99,
      seed: pair,
    });
    if (pValue !== null && pValue <= 0.1) rejected += 1;
  }
  expect(rejected).toBeGreaterThan(7);
  expect(rejected).toBeLessThan(33);
});

test("counts every permutation of equal rows as no nearer", () => {
  const same = points([3, 3, 3, 3, 3, 3], 2);
  expect(meanDiscrepancy(same, same)).toEqual({ squared: 0, pValue: 1, bandwidth: 0 });
});

test("takes the mean distance as bandwidth where most rows are equal", () => {
  // Ten pairs: four of distance 5^2 (the last row with each other), six of 0: median 0, mean 10.
  expect(meanDiscrepancy(points([0, 0, 0], 1), points([0, 5], 1)).bandwidth).toBe(10);
});

test("gives the same p for the same seed", () => {
  const [a, b] = [draw(3, 20, 0), draw(4, 20, 0.6)];
  expect(meanDiscrepancy(a, b, { seed: 9 })).toEqual(meanDiscrepancy(a, b, { seed: 9 }));
});

test("has no statistic with fewer than two rows a window", () => {
  const nothing = { squared: null, pValue: null, bandwidth: null };
  expect(meanDiscrepancy(points([1], 1), points([1, 2], 1))).toEqual(nothing);
  expect(meanDiscrepancy(points([1, 2], 1), points([], 1))).toEqual(nothing);
});

test("ends early where twenty permutations are as far apart, at the share they are of", () => {
  // Half of the splits of two values against two are as far apart as any: about 40 permutations give 20.
  const { pValue } = meanDiscrepancy(points([0, 1], 1), points([0, 1], 1));
  expect(20 / (pValue ?? 1)).toBeCloseTo(Math.round(20 / (pValue ?? 1)), 9);
  expect(pValue).toBeGreaterThan(0.05);
});

test.each([Number.NaN, Infinity])("refuses an embedding with %s", (value) => {
  const call = () => meanDiscrepancy(points([1, value], 1), points([1, 2], 1));
  expect(call).toThrow(expect.objectContaining({ code: "BAD_SHAPE" }));
});

test("refuses embeddings of different lengths", () => {
  const call = () => meanDiscrepancy(points([1, 2], 1), points([1, 2, 3, 4], 2));
  expect(call).toThrow(expect.objectContaining({ code: "BAD_SHAPE" }));
});
