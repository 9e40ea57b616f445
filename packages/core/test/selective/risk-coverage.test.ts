import { expect, test } from "vitest";
import { riskCoverageCurve } from "../../src/selective/index.ts";

test("merges tied confidences into one point", () => {
  // 0.9 alone: risk 0; with the two at 0.7: (0 + 1 + 0) / 3; with 0.2: 2 / 4.
  expect(riskCoverageCurve([0.7, 0.2, 0.9, 0.7], [1, 1, 0, 0])).toEqual([
    { confidence: 0.9, coverage: 0.25, selectiveRisk: 0 },
    { confidence: 0.7, coverage: 0.75, selectiveRisk: 1 / 3 },
    { confidence: 0.2, coverage: 1, selectiveRisk: 0.5 },
  ]);
});

test("accepts everything at once when all confidences are equal", () => {
  expect(riskCoverageCurve([1, 1], [0, 1])).toEqual([{ confidence: 1, coverage: 1, selectiveRisk: 0.5 }]);
});

test.each([
  ["no image", [], []],
  ["lengths that differ", [1], [0, 1]],
  ["a NaN confidence", [Number.NaN], [0]],
  ["a NaN loss", [1], [Number.NaN]],
  ["a loss above 1", [1], [1.5]],
])("refuses %s", (_, confidence, loss) => {
  expect(() => riskCoverageCurve(confidence, loss)).toThrow(expect.objectContaining({ code: "BAD_SHAPE" }));
});
