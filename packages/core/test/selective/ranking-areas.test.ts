import fc from "fast-check";
import { expect, test } from "vitest";
import { averagePrecision, rankingAreasOf, rocAuc } from "../../src/selective/index.ts";
import { CASES } from "./cases.ts";

test.each(CASES.ranking)(
  "gives scikit-learn's ROC area and average precision",
  ({ scores, labels, auc, ap }) => {
    expect(Math.abs(rocAuc(scores, labels)! - auc)).toBeLessThan(1e-12);
    expect(Math.abs(averagePrecision(scores, labels)! - ap)).toBeLessThan(1e-12);
  },
);

test.each([
  ["perfect order", [0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1], 1],
  // Precision 1/2 when both are flagged.
  ["reversed order", [0.9, 0.8], [0, 1], 0.5],
  ["all tied", [0.5, 0.5, 0.5], [0, 1, 1], 2 / 3],
  // .7: 1/1 for half of the positives; the tie: 2/3 for the other half.
  ["one tie", [0.1, 0.4, 0.4, 0.7], [0, 0, 1, 1], 1 / 2 + 1 / 3],
  ["positives only", [0.1, 0.2], [1, 1], 1],
  ["negatives only", [0.1, 0.2], [0, 0], null],
  ["no row", [], [], null],
  ["one positive", [0.3], [1], 1],
])("computes the average precision of %s", (_, scores, labels, expected) => {
  expect(averagePrecision(scores, labels)).toBe(expected);
});

test("treats a weight as that many copies of the row, and 0 as none", () => {
  const areas = rankingAreasOf([3, 2, 2, 1], [1, 0, 1, 0]);
  const copied = rankingAreasOf([3, 3, 2, 2, 2, 2], [1, 1, 0, 1, 1, 1]);
  expect(areas([2, 1, 3, 0])).toEqual(copied());
  expect(areas([0, 1, 0, 1])).toEqual({ rocAuc: null, averagePrecision: null });
});

test("keeps both areas when rows are moved, copied or rescaled", () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.constantFrom(0, 1)), { maxLength: 30 });
  fc.assert(
    fc.property(rows, (pairs) => {
      const of = (list: [number, number][], scale: (score: number) => number) =>
        rankingAreasOf(
          list.map(([score]) => scale(score)),
          list.map(([, label]) => label),
        )();
      const plain = of(pairs, (score) => score);
      const moved = of([...pairs, ...pairs].toReversed(), (score) => score ** 3 + 1);
      expect(moved.rocAuc ?? -1).toBeCloseTo(plain.rocAuc ?? -1, 13);
      expect(moved.averagePrecision ?? -1).toBeCloseTo(plain.averagePrecision ?? -1, 13);
    }),
  );
});

test.each([
  ["perfect order", [0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1], 1],
  ["reversed order", [0.9, 0.8], [0, 1], 0],
  ["all tied", [0.5, 0.5, 0.5], [0, 1, 1], 0.5],
  // Pairs (positive, negative): (.4,.1) 1, (.4,.4) 1/2, (.7,.1) 1, (.7,.4) 1: 3.5 of 4.
  ["one tie", [0.1, 0.4, 0.4, 0.7], [0, 0, 1, 1], 0.875],
  ["one class", [0.1, 0.2], [1, 1], null],
  ["no row", [], [], null],
])("computes %s", (_, scores, labels, expected) => {
  expect(rocAuc(scores, labels)).toBe(expected);
});

test("is the share of pairs in order, ties counting one half, whatever the row order", () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.constantFrom(0, 1)), { maxLength: 30 });
  fc.assert(
    fc.property(rows, (pairs) => {
      const positives = pairs.filter(([, label]) => label === 1);
      const negatives = pairs.filter(([, label]) => label === 0);
      const wins = positives.flatMap(([a]) =>
        negatives.map(([b]): number => (a > b ? 1 : a === b ? 0.5 : 0)),
      );
      const expected = wins.length === 0 ? null : wins.reduce((total, win) => total + win, 0) / wins.length;
      const auc = rocAuc(
        pairs.map(([score]) => score),
        pairs.map(([, label]) => label),
      );
      expect(auc).toBe(expected);
    }),
  );
});

test.each([
  ["lengths that differ", [0.1], []],
  ["a NaN score", [Number.NaN], [1]],
  ["a label beside 0 and 1", [0.1], [2]],
])("refuses %s", (_, scores, labels) => {
  expect(() => rocAuc(scores, labels)).toThrow(expect.objectContaining({ code: "BAD_SHAPE" }));
});
