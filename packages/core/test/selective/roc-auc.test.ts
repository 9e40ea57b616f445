import fc from "fast-check";
import { expect, test } from "vitest";
import { rocAuc } from "../../src/selective/index.ts";

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
