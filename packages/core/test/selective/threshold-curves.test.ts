import { expect, test } from "vitest";
import { precisionRecallCurve, rocCurve, thresholdCounts } from "../../src/selective/index.ts";
import { CASES, distance } from "./cases.ts";

test.each(CASES.ranking)("gives scikit-learn's ROC curve", ({ scores, labels, roc }) => {
  const curve = rocCurve(scores, labels)!;
  expect(curve.threshold[0]).toBe(Infinity);
  expect(distance(curve.threshold.subarray(1), roc.threshold)).toBe(0);
  expect(distance(curve.sensitivity, roc.sensitivity)).toBeLessThan(1e-14);
  expect(distance(curve.falsePositiveRate, roc.falsePositiveRate)).toBeLessThan(1e-14);
});

test.each(CASES.ranking)("gives scikit-learn's precision-recall curve", ({ scores, labels, pr }) => {
  const curve = precisionRecallCurve(scores, labels)!;
  // scikit-learn 1.2 keeps the thresholds below the lowest positive too, as we do.
  expect(distance(curve.threshold, pr.threshold)).toBe(0);
  expect(distance(curve.precision, pr.precision)).toBeLessThan(1e-14);
  expect(distance(curve.recall, pr.recall)).toBeLessThan(1e-14);
});

test("flags tied scores together", () => {
  expect(thresholdCounts([0.5, 0.9, 0.5], [1, 1, 0])).toEqual({
    threshold: Float64Array.of(0.9, 0.5),
    truePositives: Uint32Array.of(1, 2),
    falsePositives: Uint32Array.of(0, 1),
    positives: 2,
    negatives: 1,
  });
});

test.each([
  ["no row", [], [], false],
  ["positives only", [1, 2], [1, 1], true],
  ["negatives only", [1, 2], [0, 0], false],
])("has no ROC curve of %s", (_, scores, labels, hasPrecision) => {
  expect(rocCurve(scores, labels)).toBeNull();
  expect(precisionRecallCurve(scores, labels) !== null).toBe(hasPrecision);
});

test("holds a million distinct scores", () => {
  const scores = Float64Array.from({ length: 1_000_000 }, (_, at) => at);
  const curve = rocCurve(
    scores,
    scores.map((score) => score % 2),
  )!;
  expect(curve.sensitivity).toHaveLength(1_000_001);
  expect(curve.sensitivity.at(-1)).toBe(1);
});

test.each([
  ["lengths that differ", [1], []],
  ["a NaN score", [Number.NaN], [1]],
  ["a label of 0.5", [1], [0.5]],
])("refuses %s", (_, scores, labels) => {
  expect(() => rocCurve(scores, labels)).toThrow(expect.objectContaining({ code: "BAD_SHAPE" }));
});
