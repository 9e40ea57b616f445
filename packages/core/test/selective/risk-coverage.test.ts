import { expect, test } from "vitest";
import { coverageAtRisk, riskAtCoverage, riskCoverageCurve } from "../../src/selective/index.ts";
import { CASES, distance } from "./cases.ts";

test("merges tied confidences into one point", () => {
  // 0.9 alone: risk 0; with the two at 0.7: (0 + 1 + 0) / 3; with 0.2: 2 / 4.
  expect(riskCoverageCurve([0.7, 0.2, 0.9, 0.7], [1, 1, 0, 0])).toEqual({
    confidence: Float64Array.of(0.9, 0.7, 0.2),
    accepted: Uint32Array.of(1, 3, 4),
    coverage: Float64Array.of(0.25, 0.75, 1),
    selectiveRisk: Float64Array.of(0, 1 / 3, 0.5),
    generalizedRisk: Float64Array.of(0, 0.25, 0.5),
  });
});

test.each([
  ["no image", [], [], [], []],
  ["one image", [0.3], [1], [1], [1]],
  ["all confidences equal", [1, 1], [0, 1], [1], [0.5]],
  ["infinite confidences", [Infinity, -Infinity], [0, 1], [0.5, 1], [0, 0.5]],
  ["both zeros", [0, -0], [1, 0], [1], [0.5]],
])("gives the points of %s", (_, confidence, loss, coverage, risk) => {
  const curve = riskCoverageCurve(confidence, loss);
  expect([...curve.coverage]).toEqual(coverage);
  expect([...curve.selectiveRisk]).toEqual(risk);
});

test.each(CASES.selective)("gives the risk at every threshold, evaluated one by one", (example) => {
  const curve = riskCoverageCurve(example.confidence, example.loss);
  const { confidence, coverage, selectiveRisk, generalizedRisk } = curve;
  [confidence, coverage, selectiveRisk, generalizedRisk].forEach((column, place) => {
    expect(
      distance(
        column,
        example.curve.map((point) => point[place]!),
      ),
    ).toBeLessThan(1e-12);
  });
});

// Coverage .25 .5 .75 1 has risk 0, 1/2, 1/3, 1/4: one failure, second surest.
const CURVE = riskCoverageCurve([4, 3, 2, 1], [0, 1, 0, 0]);

test.each([
  [0, 0.25],
  [0.2, 0.25],
  [0.25, 1],
  [0.4, 1],
  [1, 1],
])("reaches at a risk of at most %d a coverage of %d, though risk is higher before", (risk, coverage) => {
  expect(coverageAtRisk(CURVE, risk)?.coverage).toBe(coverage);
});

test.each([
  [0.01, 0.25, 0],
  [0.25, 0.25, 0],
  [0.26, 0.5, 0.5],
  [1, 1, 0.25],
])("accepts for a coverage of %d the share %d, of risk %d", (asked, coverage, selectiveRisk) => {
  expect(riskAtCoverage(CURVE, asked)).toMatchObject({ coverage, selectiveRisk });
});

test("has no point where none qualifies", () => {
  expect(coverageAtRisk(riskCoverageCurve([2, 1], [1, 1]), 0.9)).toBeNull();
  expect(coverageAtRisk(riskCoverageCurve([], []), 1)).toBeNull();
  expect(riskAtCoverage(riskCoverageCurve([], []), 1)).toBeNull();
});

test.each([
  ["lengths that differ", () => riskCoverageCurve([1], [0, 1]), "BAD_SHAPE"],
  ["a NaN confidence", () => riskCoverageCurve([Number.NaN], [0]), "BAD_SHAPE"],
  ["a NaN loss", () => riskCoverageCurve([1], [Number.NaN]), "BAD_SHAPE"],
  ["a loss above 1", () => riskCoverageCurve([1], [1.5]), "BAD_SHAPE"],
  ["a coverage of 0", () => riskAtCoverage(CURVE, 0), "BAD_ARGUMENT"],
  ["a NaN coverage", () => riskAtCoverage(CURVE, Number.NaN), "BAD_ARGUMENT"],
  ["a negative risk", () => coverageAtRisk(CURVE, -0.1), "BAD_ARGUMENT"],
])("refuses %s", (_, call, code) => {
  expect(call).toThrow(expect.objectContaining({ code }));
});
