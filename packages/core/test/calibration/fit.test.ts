import fc from "fast-check";
import { expect, test } from "vitest";
import {
  calibrate,
  CALIBRATION_METHODS,
  type CalibrationMethod,
  calibratorFunction,
  fitBeta,
  fitCalibrator,
  fitIsotonic,
  fitPlatt,
  fitTemperature,
  logitsOf,
  negativeLogLikelihoodOfLogits,
  sigmoid,
} from "../../src/calibration/index.ts";
import { createRandom, type Random } from "../../src/statistics/index.ts";
import { CASES } from "./cases.ts";

test.each(CASES)("finds scipy's temperature $temperature", ({ logits, labels, weights, temperature }) => {
  expect(fitTemperature(logits, labels, { weights }).temperature).toBeCloseTo(temperature, 8);
});

test.each(CASES)("finds scipy's Platt slope and intercept $platt", ({ logits, labels, weights, platt }) => {
  const { slope, intercept } = fitPlatt(logits, labels, { weights });
  expect(slope).toBeCloseTo(platt[0], 8);
  expect(intercept).toBeCloseTo(platt[1], 8);
});

test.each(CASES)("finds scipy's bounded beta calibration $beta", ({ logits, labels, weights, beta }) => {
  const { a, b, c } = fitBeta(logits, labels, { weights });
  [a, b, c].forEach((value, at) => expect(value).toBeCloseTo(beta[at]!, 7));
});

test.each(CASES)("predicts as scikit-learn's isotonic regression does", (example) => {
  const { probabilities, labels, weights, isotonic } = example;
  const calibrator = fitIsotonic(probabilities, labels, { weights });
  const grid = isotonic.map((_, at) => at / (isotonic.length - 1));
  calibrate(calibrator, grid).forEach((value, at) => expect(value).toBeCloseTo(isotonic[at]!, 12));
});

test("takes a weight of 2 as two rows and of 0 as none", () => {
  const { logits, labels } = CASES[0]!;
  const weights = labels.map((_, row) => row % 3);
  const rows = weights.flatMap((weight, row) => Array.from({ length: weight }, () => row));
  const copied = { logits: rows.map((row) => logits[row]!), labels: rows.map((row) => labels[row]!) };
  for (const fit of [fitTemperature, fitPlatt, fitBeta]) {
    const weighted = calibratorFunction(fit(logits, labels, { weights }));
    const repeated = calibratorFunction(fit(copied.logits, copied.labels));
    for (const p of [0.01, 0.3, 0.9]) expect(weighted(p)).toBeCloseTo(repeated(p), 9);
  }
});

const drawn = (random: Random, count: number, logitOf: (z: number) => number) => {
  const logits = Array.from({ length: count }, () => 8 * random.uniform() - 4);
  const labels = logits.map((logit) => (random.uniform() < sigmoid(logitOf(logit)) ? 1 : 0));
  return { logits, probabilities: logits.map(sigmoid), labels };
};

test.each(CALIBRATION_METHODS)("undoes a known distortion by %s", (method) => {
  // The true logit is half the given one: all four families hold that map.
  const facts = drawn(createRandom(13), 40_000, (logit) => logit / 2);
  const toCalibrated = calibratorFunction(fitCalibrator(method, facts));
  for (const logit of [-3, -1, 0, 1, 3]) {
    expect(Math.abs(toCalibrated(sigmoid(logit)) - sigmoid(logit / 2))).toBeLessThan(0.03);
  }
});

test("never lies below the likelihood of the raw logits", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { logits, labels } = drawn(createRandom(seed), 300, (logit) => 0.8 * logit - 0.7);
      const { slope, intercept } = fitPlatt(logits, labels);
      const { temperature } = fitTemperature(logits, labels);
      const raw = negativeLogLikelihoodOfLogits(logits, labels)!;
      const lossOf = (map: (logit: number) => number) =>
        negativeLogLikelihoodOfLogits(logits.map(map), labels)!;
      expect(lossOf((logit) => logit / temperature)).toBeLessThanOrEqual(raw + 1e-12);
      expect(lossOf((logit) => slope * logit + intercept)).toBeLessThanOrEqual(
        lossOf((logit) => logit / temperature) + 1e-12,
      );
    }),
    { numRuns: 20, seed: 9 },
  );
});

test("never reorders probabilities, and ties them by isotonic alone", () => {
  const probability = fc.array(fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }), { minLength: 2 });
  const example = fc.tuple(fc.constantFrom(...CALIBRATION_METHODS), fc.constantFrom(...CASES), probability);
  fc.assert(
    fc.property(example, ([method, facts, raw]) => {
      const sorted = raw.map(Math.fround).toSorted((a, b) => a - b);
      const calibrated = calibrate(fitCalibrator(method, facts), sorted);
      const steps = sorted.slice(1).map((p, at) => ({
        raw: p - sorted[at]!,
        calibrated: calibrated[at + 1]! - calibrated[at]!,
      }));
      expect(steps.every((step) => step.calibrated >= 0)).toBe(true);
      const hasTie = steps.some((step) => step.raw > 0 && step.calibrated === 0);
      expect(hasTie && method !== "isotonic").toBe(false);
    }),
  );
});

test("fits from imported probabilities as from their logits", () => {
  const { probabilities, labels } = CASES[0]!;
  expect(fitCalibrator("platt", { probabilities, labels })).toEqual(
    fitPlatt(logitsOf(probabilities), labels),
  );
});

test("drops a slope of beta calibration that would fall", () => {
  // The fracture with the lowest logit bends the free fit down there, so one of the slopes comes out negative.
  const logits = [-6, -5, -4, 0, 1, 2, 3, 4, 5, 6];
  const labels = [1, 0, 0, 0, 0, 1, 0, 1, 1, 1];
  const { a, b } = fitBeta(logits, labels);
  expect(Math.min(a, b)).toBe(0);
  expect(Math.max(a, b)).toBeGreaterThan(0);
});

const LOGISTIC = ["temperature", "platt", "beta"] as const;
const ALL = CALIBRATION_METHODS;

test.each<[string, number[], number[], readonly CalibrationMethod[]]>([
  ["no row", [], [], ALL],
  ["one row", [0.4], [1], ALL],
  ["positives only", [-1, 0.5, 2], [1, 1, 1], ALL],
  ["negatives only", [-1, 0.5, 2], [0, 0, 0], ALL],
  ["separated classes", [-2, -1, 1, 2], [0, 0, 1, 1], LOGISTIC],
  ["classes that only touch", [-2, -1, -1, 2], [0, 0, 1, 1], ["platt", "beta"]],
  ["inverted order", [-2, -1, -1, 1, 1, 2], [1, 1, 0, 1, 0, 0], ALL],
  ["inverted separation", [-2, -1, 1, 2], [1, 1, 0, 0], ALL],
  ["inverted classes beside logits of 0", [0, -1, 0], [0, 1, 1], ALL],
  ["all tied", [1, 1, 1, 1], [0, 1, 0, 1], ["platt", "beta", "isotonic"]],
])("refuses %s", (_, logits, labels, methods) => {
  const facts = { logits, probabilities: logits.map(sigmoid), labels };
  for (const method of methods) {
    expect(() => fitCalibrator(method, facts)).toThrow(
      expect.objectContaining({ code: "CALIBRATION_UNDEFINED" }),
    );
  }
});

test("leaves rows of weight 0 out when it looks for both classes", () => {
  expect(() => fitPlatt([-1, 0, 1, 2], [0, 1, 0, 1], { weights: [0, 1, 0, 1] })).toThrow(
    expect.objectContaining({ code: "CALIBRATION_UNDEFINED" }),
  );
});

test("fits a step to separated classes by isotonic", () => {
  const calibrator = fitIsotonic([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1]);
  expect(calibrator).toEqual({
    version: 1,
    method: "isotonic",
    probabilities: [0.1, 0.2, 0.8, 0.9],
    calibrated: [0, 0, 1, 1],
  });
  // Halfway between the steps.
  expect(calibratorFunction(calibrator)(0.5)).toBeCloseTo(0.5, 15);
});

test("stores one run of breakpoints for neighbours of equal rate", () => {
  // Rates 0, then 1/2 at 0.2, 0.3 and 0.4, then 1: the breakpoint in the middle of the level says nothing.
  const raw = [0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 0.4, 0.7];
  const { probabilities, calibrated } = fitIsotonic(raw, [0, 0, 1, 1, 0, 0, 1, 1]);
  expect(probabilities).toEqual([0.1, 0.2, 0.4, 0.7]);
  expect(calibrated).toEqual([0, 0.5, 0.5, 1]);
});

test("survives logits of 500 beside small ones", () => {
  const logits = [-500, -2, -1, 0, 1, 2, 500];
  const { slope } = fitPlatt(logits, [0, 0, 1, 0, 1, 0, 1]);
  expect(slope).toBeGreaterThan(0);
  expect(slope).toBeLessThan(10);
});

test.each([
  ["a NaN logit", () => fitPlatt([Number.NaN, 1], [0, 1])],
  ["an infinite logit", () => fitBeta([Infinity, 1], [0, 1])],
  ["a label of 2", () => fitTemperature([1, 2], [0, 2])],
  ["lengths that differ", () => fitTemperature([1, 2], [0])],
  ["a negative weight", () => fitPlatt([1, 2], [0, 1], { weights: [1, -1] })],
  ["a NaN weight", () => fitIsotonic([0.1, 0.2], [0, 1], { weights: [1, Number.NaN] })],
  ["a probability above 1", () => fitIsotonic([0.1, 1.2], [0, 1])],
  ["a NaN probability", () => logitsOf([Number.NaN])],
])("refuses %s as input", (_, call) => {
  expect(call).toThrow(expect.objectContaining({ code: "BAD_SHAPE" }));
});
