import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Binning,
  brierDecomposition,
  brierScore,
  calibrationErrorInterval,
  corpDecomposition,
  expectedCalibrationError,
  negativeLogLikelihood,
  negativeLogLikelihoodOfLogits,
  reliabilityDiagram,
} from "../../src/calibration/index.ts";
import { createRandom, wilsonInterval } from "../../src/statistics/index.ts";
import { CASES } from "./cases.ts";

const BINNINGS: [Binning, "equalMass" | "equalWidth"][] = [
  ["equal-mass", "equalMass"],
  ["equal-width", "equalWidth"],
];

test.each(BINNINGS)("gives the %s calibration error, computed bin by bin", (binning, key) => {
  for (const example of CASES) {
    const { probabilities, labels } = example;
    const options = { bins: 10, binning };
    expect(expectedCalibrationError(probabilities, labels, options)).toBeCloseTo(example[key].ece, 12);
    const diagram = reliabilityDiagram(probabilities, labels, options);
    const rows = diagram.map((bin) => [bin.count, bin.meanProbability, bin.observedRate]);
    expect(rows).toHaveLength(example[key].table.length);
    rows.flat().forEach((value, at) => expect(value).toBeCloseTo(example[key].table.flat()[at]!, 12));
    const parts = brierDecomposition(probabilities, labels, options)!;
    expect(parts.reliability).toBeCloseTo(example[key].reliability, 12);
    expect(parts.resolution).toBeCloseTo(example[key].resolution, 12);
  }
});

test.each(CASES)("gives scikit-learn's Brier score and the clipped log loss", (example) => {
  const { probabilities, labels, weights } = example;
  expect(brierScore(probabilities, labels)).toBeCloseTo(example.brier, 12);
  expect(brierScore(probabilities, labels, { weights })).toBeCloseTo(example.weightedBrier, 12);
  expect(negativeLogLikelihood(probabilities, labels)).toBeCloseTo(example.logLoss, 12);
  expect(negativeLogLikelihoodOfLogits(example.logits, labels)).toBeCloseTo(example.logLoss, 12);
});

test.each(CASES)("gives the CORP decomposition by scikit-learn's isotonic regression", (example) => {
  const found = corpDecomposition(example.probabilities, example.labels)!;
  expect(found).toMatchObject({
    miscalibration: expect.closeTo(example.corp.miscalibration, 12),
    discrimination: expect.closeTo(example.corp.discrimination, 12),
    uncertainty: expect.closeTo(example.corp.uncertainty, 12),
  });
});

const ROWS = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.constantFrom(0, 1), fc.integer({ min: 0, max: 3 })), {
    minLength: 1,
    maxLength: 40,
  })
  .map((rows) => ({
    probabilities: rows.map(([twelfths]) => twelfths / 12),
    labels: rows.map(([, label]) => label),
    weights: rows.map(([, , weight]) => weight),
  }));

test("adds both decompositions up to the Brier score, whatever the bins", () => {
  fc.assert(
    fc.property(ROWS, fc.integer({ min: 1, max: 20 }), ({ probabilities, labels }, bins) => {
      for (const [binning] of BINNINGS) {
        const parts = brierDecomposition(probabilities, labels, { bins, binning })!;
        const sum = parts.reliability - parts.resolution + parts.uncertainty + parts.withinBins;
        expect(sum).toBeCloseTo(parts.brier, 12);
      }
      const corp = corpDecomposition(probabilities, labels)!;
      expect(corp.miscalibration - corp.discrimination + corp.uncertainty).toBeCloseTo(corp.brier, 12);
      expect(Math.min(corp.miscalibration, corp.discrimination)).toBeGreaterThanOrEqual(-1e-12);
    }),
  );
});

test("depends neither on row order nor on how rows and weights share the counting", () => {
  fc.assert(
    fc.property(ROWS, ({ probabilities, labels, weights }) => {
      const copies = weights.flatMap((weight, row) => Array.from({ length: weight }, () => row)).toReversed();
      const copied = [copies.map((row) => probabilities[row]!), copies.map((row) => labels[row]!)] as const;
      for (const [binning] of BINNINGS) {
        const weighted = expectedCalibrationError(probabilities, labels, { bins: 5, binning, weights });
        const plain = expectedCalibrationError(...copied, { bins: 5, binning });
        expect(weighted ?? -1).toBeCloseTo(plain ?? -1, 12);
      }
      expect(brierScore(probabilities, labels, { weights }) ?? -1).toBeCloseTo(
        brierScore(...copied) ?? -1,
        12,
      );
      const weightedParts = brierDecomposition(probabilities, labels, { bins: 4, weights });
      expect(weightedParts?.withinBins ?? -1).toBeCloseTo(
        brierDecomposition(...copied, { bins: 4 })?.withinBins ?? -1,
        12,
      );
    }),
  );
});

test("keeps equal probabilities in one bin", () => {
  // Six of eight tie: they fill the first three of four bins at once.
  const diagram = reliabilityDiagram([0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.7, 0.9], [0, 0, 1, 0, 0, 0, 1, 1], {
    bins: 4,
  });
  expect(diagram.map(({ lowest, highest, count }) => [lowest, highest, count])).toEqual([
    [0.2, 0.2, 6],
    [0.7, 0.9, 2],
  ]);
  expect(diagram[0]!.interval).toEqual(wilsonInterval(1, 6));
});

test("puts probabilities on an edge in the bin above, and 1 in the last", () => {
  const diagram = reliabilityDiagram([0, 0.25, 0.5, 1], [0, 0, 1, 1], { bins: 4, binning: "equal-width" });
  expect(diagram.map(({ lowest, count }) => [lowest, count])).toEqual([
    [0, 1],
    [0.25, 1],
    [0.5, 1],
    [1, 1],
  ]);
});

test.each([
  ["no row", [], [], null],
  ["one right row", [1], [1], 0],
  ["one wrong row", [1], [0], 1],
  ["one class", [0.75, 0.25], [1, 1], 0.5],
  ["all tied at the prevalence", [0.5, 0.5], [0, 1], 0],
  ["perfect", [0, 1], [0, 1], 0],
  ["inverted", [1, 0], [0, 1], 1],
])("computes the calibration error of %s", (_, probabilities, labels, expected) => {
  for (const [binning] of BINNINGS) {
    expect(expectedCalibrationError(probabilities, labels, { binning, bins: 10 })).toBe(expected);
  }
});

test.each([
  ["no row", [], [], null, null],
  ["a sure hit", [1], [1], 0, -Math.log(1 - 2 ** -24)],
  ["a sure miss", [0], [1], 1, 24 * Math.LN2],
  ["a coin", [0.5, 0.5], [0, 1], 0.25, Math.LN2],
])("computes Brier score and log loss of %s", (_, probabilities, labels, brier, loss) => {
  expect(brierScore(probabilities, labels)).toBe(brier);
  expect(negativeLogLikelihood(probabilities, labels) ?? -1).toBeCloseTo(loss ?? -1, 14);
  expect(brierDecomposition(probabilities, labels) === null).toBe(brier === null);
  expect(corpDecomposition(probabilities, labels) === null).toBe(brier === null);
});

test("gives an interval of the calibration error that holds the error of its rate", () => {
  // Overconfident by 0.1 everywhere: the true error is 0.1.
  const random = createRandom(19);
  const probabilities = Array.from({ length: 3000 }, () => 0.2 + 0.7 * random.uniform());
  const labels = probabilities.map((p) => (random.uniform() < p - 0.1 ? 1 : 0));
  const clusters = probabilities.map((_, row) => row >> 1);
  const found = calibrationErrorInterval(probabilities, labels, { clusters, replicates: 500 });
  expect(found.estimate).toBe(expectedCalibrationError(probabilities, labels));
  expect(found.lower).toBeLessThan(0.1);
  expect(found.upper).toBeGreaterThan(0.1);
  expect(found.upper! - found.lower!).toBeLessThan(0.08);
});

test.each([
  ["lengths that differ", () => brierScore([0.1], []), "BAD_SHAPE"],
  ["a NaN probability", () => expectedCalibrationError([Number.NaN], [1]), "BAD_SHAPE"],
  ["a probability above 1", () => negativeLogLikelihood([1.1], [1]), "BAD_SHAPE"],
  ["a NaN label", () => brierDecomposition([0.1], [Number.NaN]), "BAD_SHAPE"],
  ["a negative weight", () => corpDecomposition([0.1], [1], { weights: [-1] }), "BAD_SHAPE"],
  ["clusters of another length", () => calibrationErrorInterval([0.1], [1], { clusters: [] }), "BAD_SHAPE"],
  ["no bin", () => reliabilityDiagram([0.1], [1], { bins: 0 }), "BAD_ARGUMENT"],
  ["half a bin", () => expectedCalibrationError([0.1], [1], { bins: 1.5 }), "BAD_ARGUMENT"],
])("refuses %s", (_, call, code) => {
  expect(call).toThrow(expect.objectContaining({ code }));
});
