import fc from "fast-check";
import { expect, test } from "vitest";
import {
  calibrate,
  CALIBRATION_METHODS,
  type Calibrator,
  calibratorFunction,
  fitCalibrator,
  logisticForm,
  parseCalibrator,
  rawThreshold,
  sigmoid,
} from "../../src/calibration/index.ts";
import { CASES } from "./cases.ts";

const CALIBRATORS: Calibrator[] = CALIBRATION_METHODS.map((method) => fitCalibrator(method, CASES[0]!));

test.each(CALIBRATORS)("comes back from JSON as it went: $method", (calibrator) => {
  expect(parseCalibrator(JSON.parse(JSON.stringify(calibrator)))).toEqual(calibrator);
});

test.each([
  ["nothing", null],
  ["another version", { version: 2, method: "temperature", temperature: 1 }],
  ["an unknown method", { version: 1, method: "spline" }],
  ["a temperature of 0", { version: 1, method: "temperature", temperature: 0 }],
  ["a NaN temperature", { version: 1, method: "temperature", temperature: Number.NaN }],
  ["a falling slope", { version: 1, method: "platt", slope: -1, intercept: 0 }],
  ["an infinite intercept", { version: 1, method: "platt", slope: 1, intercept: Infinity }],
  ["beta without slopes", { version: 1, method: "beta", a: 0, b: 0, c: 1 }],
  ["a field too many", { version: 1, method: "temperature", temperature: 1, bias: 2 }],
  [
    "breakpoints that do not rise",
    { version: 1, method: "isotonic", probabilities: [0.2, 0.2], calibrated: [0, 1] },
  ],
  ["levels that fall", { version: 1, method: "isotonic", probabilities: [0.1, 0.2], calibrated: [1, 0] }],
  [
    "lengths that differ",
    { version: 1, method: "isotonic", probabilities: [0.1, 0.2, 0.3], calibrated: [0, 1] },
  ],
])("refuses to read %s", (_, stored) => {
  expect(() => parseCalibrator(stored)).toThrow(expect.objectContaining({ code: "CALIBRATOR_INVALID" }));
});

test.each<[Calibrator, number, number]>([
  // logit(0.8) = ln 4; half of it is ln 2, so p = 2/3.
  [{ version: 1, method: "temperature", temperature: 2 }, 0.8, 2 / 3],
  // ln 4 - ln 2 = ln 2.
  [{ version: 1, method: "platt", slope: 1, intercept: -Math.LN2 }, 0.8, 2 / 3],
  // a = 2, b = 1: ln(p^2 / (1 - p)) at 1/2 is ln(1/2), so 1/3.
  [{ version: 1, method: "beta", a: 2, b: 1, c: 0 }, 0.5, 1 / 3],
  // A quarter of the way from (0.2, 0) to (0.6, 1).
  [{ version: 1, method: "isotonic", probabilities: [0.2, 0.6], calibrated: [0, 1] }, 0.3, 0.25],
])("maps %j by hand", (calibrator, raw, expected) => {
  expect(calibratorFunction(calibrator)(raw)).toBeCloseTo(expected, 14);
});

test.each<[string, Calibrator, [number, number]]>([
  ["temperature", { version: 1, method: "temperature", temperature: 3 }, [0, 1]],
  ["platt", { version: 1, method: "platt", slope: 2, intercept: 5 }, [0, 1]],
  // With b = 0 the curve ends at p = 1 in sigmoid(c).
  ["beta without b", { version: 1, method: "beta", a: 1, b: 0, c: 0 }, [0, 0.5]],
  ["beta without a", { version: 1, method: "beta", a: 0, b: 1, c: 0 }, [0.5, 1]],
  [
    "isotonic",
    { version: 1, method: "isotonic", probabilities: [0.4, 0.5], calibrated: [0.1, 0.9] },
    [0.1, 0.9],
  ],
])("maps 0 and 1 to finite ends by %s", (_, calibrator, ends) => {
  expect([...calibrate(calibrator, [0, 1])]).toEqual(ends);
});

test("is the identity at temperature 1, slope 1 and a = b = 1", () => {
  const identities: Calibrator[] = [
    { version: 1, method: "temperature", temperature: 1 },
    { version: 1, method: "platt", slope: 1, intercept: 0 },
    { version: 1, method: "beta", a: 1, b: 1, c: 0 },
  ];
  for (const identity of identities) {
    for (const p of [0, 1e-9, 0.2, 0.5, 0.999, 1]) expect(calibratorFunction(identity)(p)).toBeCloseTo(p, 14);
  }
});

test("gives SQL the closed form it applies itself", () => {
  for (const calibrator of CALIBRATORS) {
    if (calibrator.method === "isotonic") continue;
    const { a, b, c } = logisticForm(calibrator);
    const p = 0.37;
    const closed = 1 / (1 + Math.exp(-(a * Math.log(p) - b * Math.log(1 - p) + c)));
    expect(calibratorFunction(calibrator)(p)).toBeCloseTo(closed, 14);
  }
});

test("turns a calibrated threshold into the raw one that decides alike", () => {
  const example = fc.tuple(
    fc.constantFrom(...CALIBRATORS),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }),
  );
  fc.assert(
    fc.property(example, ([calibrator, threshold, raw]) => {
      const toCalibrated = calibratorFunction(calibrator);
      const limit = rawThreshold(calibrator, threshold);
      const near =
        limit === null
          ? []
          : [limit, Math.fround(limit * (1 + 2 ** -23)), Math.fround(limit * (1 - 2 ** -23))];
      for (const p of [...raw.map(Math.fround), ...near]) {
        if (p > 1) continue;
        const passes = Math.fround(toCalibrated(p)) >= Math.fround(threshold);
        expect(limit !== null && p >= limit).toBe(passes);
      }
    }),
    { seed: 6, numRuns: 200 },
  );
});

test("has no raw threshold above what a calibrator can reach, and 0 for 0", () => {
  const capped: Calibrator = {
    version: 1,
    method: "isotonic",
    probabilities: [0.1, 0.9],
    calibrated: [0.2, 0.7],
  };
  expect(rawThreshold(capped, 0.8)).toBeNull();
  // Within float32 of the breakpoint, where the calibrated value rounds to the threshold.
  expect(rawThreshold(capped, 0.7)).toBeCloseTo(0.9, 6);
  expect(rawThreshold(capped, 0.2)).toBe(0);
  expect(rawThreshold({ version: 1, method: "temperature", temperature: 1 }, 0.22)).toBe(Math.fround(0.22));
});

test.each([
  ["a NaN probability", () => calibrate(CALIBRATORS[0]!, [Number.NaN])],
  ["a probability below 0", () => calibrate(CALIBRATORS[3]!, [-0.1])],
  ["a NaN threshold", () => rawThreshold(CALIBRATORS[0]!, Number.NaN)],
])("refuses %s", (_, call) => {
  expect(call).toThrow(expect.objectContaining({ code: "BAD_SHAPE" }));
});

test("does not overflow in the sigmoid", () => {
  expect([-1000, -40, 0, 40, 1000].map(sigmoid)).toEqual([0, Math.exp(-40), 0.5, 1, 1]);
});
