import { expect, test } from "vitest";
import {
  binomialLowerBound,
  binomialUpperBound,
  clopperPearsonInterval,
  createRandom,
  drawBinomial,
  type Interval,
  wilsonInterval,
} from "../../src/statistics/index.ts";
import { CASES, relativeError } from "./cases.ts";

test.each(CASES.clopperPearson)("gives scipy's exact limits of $k of $n at $confidence", (example) => {
  const { k, n, confidence, limits } = example;
  const interval = clopperPearsonInterval(k, n, confidence);
  expect(relativeError(interval!.lower, limits[0])).toBeLessThan(1e-12);
  expect(relativeError(interval!.upper, limits[1])).toBeLessThan(1e-12);
});

test.each(CASES.wilson)("gives scipy's Wilson limits of $k of $n at $confidence", (example) => {
  const { k, n, confidence, limits } = example;
  const interval = wilsonInterval(k, n, confidence);
  expect(Math.abs(interval!.lower - limits[0])).toBeLessThan(1e-12);
  expect(Math.abs(interval!.upper - limits[1])).toBeLessThan(1e-12);
});

test.each(CASES.bounds)("gives scipy's one-sided bounds of $k of $n at $delta", ({ k, n, delta, limits }) => {
  expect(relativeError(binomialLowerBound(k, n, delta), limits[0])).toBeLessThan(1e-9);
  expect(relativeError(binomialUpperBound(k, n, delta), limits[1])).toBeLessThan(1e-9);
});

test("knows nothing without trials", () => {
  expect(wilsonInterval(0, 0)).toBeNull();
  expect(clopperPearsonInterval(0, 0)).toBeNull();
  expect(binomialLowerBound(0, 0, 0.05)).toBe(0);
  expect(binomialUpperBound(0, 0, 0.05)).toBe(1);
});

test("bounds 0 errors of 59 below 5 %, the rule of three", () => {
  // (1 - p)^59 = 0.05 at p = 0.0495; 58 trials leave 0.0503.
  expect(binomialUpperBound(0, 59, 0.05)).toBeLessThan(0.05);
  expect(binomialUpperBound(0, 58, 0.05)).toBeGreaterThan(0.05);
});

/** Share of 4,000 seeded draws of Binomial(n, p) whose interval holds p. */
function coverage(interval: (k: number, n: number) => Interval | null, n: number, p: number): number {
  const random = createRandom(17);
  let held = 0;
  for (let draw = 0; draw < 4000; draw++) {
    const found = interval(drawBinomial(random, n, p), n);
    if (found !== null && found.lower <= p && p <= found.upper) held += 1;
  }
  return held / 4000;
}

test.each([
  [12, 0.5],
  [40, 0.05],
  [300, 0.02],
  [300, 0.7],
])("covers the true proportion at n = %d, p = %d", (n, p) => {
  // Three standard errors of a coverage of 0.95 in 4,000 draws are 0.0103.
  expect(coverage(clopperPearsonInterval, n, p)).toBeGreaterThanOrEqual(0.9397);
  // Wilson's coverage swings about its nominal level, down to 0.93 for these.
  expect(coverage(wilsonInterval, n, p)).toBeGreaterThan(0.92);
});

test("fails a one-sided bound no more often than promised", () => {
  const random = createRandom(23);
  let failures = 0;
  for (let draw = 0; draw < 4000; draw++) {
    if (binomialLowerBound(drawBinomial(random, 200, 0.93), 200, 0.05) > 0.93) failures += 1;
  }
  expect(failures / 4000).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 4000));
  expect(failures).toBeGreaterThan(0);
});

test.each([
  ["more successes than trials", () => wilsonInterval(3, 2), "BAD_SHAPE"],
  ["NaN trials", () => clopperPearsonInterval(0, Number.NaN), "BAD_SHAPE"],
  ["a negative count", () => wilsonInterval(-1, 2), "BAD_SHAPE"],
  ["a confidence of 1", () => wilsonInterval(1, 2, 1), "BAD_ARGUMENT"],
  ["a NaN confidence", () => clopperPearsonInterval(1, 2, Number.NaN), "BAD_ARGUMENT"],
  ["a delta of 0", () => binomialUpperBound(1, 2, 0), "BAD_ARGUMENT"],
])("refuses %s", (_, call, code) => {
  expect(call).toThrow(expect.objectContaining({ code }));
});
