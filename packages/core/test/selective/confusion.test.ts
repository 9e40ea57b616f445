import { expect, test } from "vitest";
import { confusionMetrics } from "../../src/selective/index.ts";
import { CASES } from "./cases.ts";

test.each(CASES.ranking)("gives scikit-learn's metrics of $counts", ({ counts, metrics }) => {
  const found = confusionMetrics(counts);
  expect(Object.keys(found).toSorted()).toEqual(Object.keys(metrics).toSorted());
  for (const [name, value] of Object.entries(metrics)) {
    expect(Math.abs(found[name as keyof typeof found]! - (value as number))).toBeLessThan(1e-12);
  }
});

const NULLS = {
  sensitivity: null,
  specificity: null,
  ppv: null,
  npv: null,
  f1: null,
  accuracy: null,
  kappa: null,
};

test.each([
  ["no image", [0, 0, 0, 0], NULLS],
  ["one true negative", [0, 0, 1, 0], { ...NULLS, specificity: 1, npv: 1, accuracy: 1 }],
  ["one class, all found", [5, 0, 0, 0], { ...NULLS, sensitivity: 1, ppv: 1, f1: 1, accuracy: 1 }],
  // Chance agreement is 0 here, so kappa is 0 and not undefined.
  ["only misses", [0, 0, 0, 2], { ...NULLS, sensitivity: 0, npv: 0, f1: 0, accuracy: 0, kappa: 0 }],
  [
    "perfect readings",
    [2, 0, 3, 0],
    { sensitivity: 1, specificity: 1, ppv: 1, npv: 1, f1: 1, accuracy: 1, kappa: 1 },
  ],
  // 2 (0 - 4) / (2*2 + 2*2) = -1.
  [
    "inverted readings",
    [0, 2, 0, 2],
    { sensitivity: 0, specificity: 0, ppv: 0, npv: 0, f1: 0, accuracy: 0, kappa: -1 },
  ],
])("computes %s", (_, [tp, fp, tn, fn], expected) => {
  expect(confusionMetrics({ tp: tp!, fp: fp!, tn: tn!, fn: fn! })).toEqual(expected);
});

test.each([[Number.NaN], [-1], [Infinity]])("refuses a count of %d", (tp) => {
  expect(() => confusionMetrics({ tp, fp: 0, tn: 0, fn: 0 })).toThrow(
    expect.objectContaining({ code: "BAD_SHAPE" }),
  );
});
