import fc from "fast-check";
import { expect, test } from "vitest";
import {
  betaDistribution,
  betaQuantile,
  binomialCdf,
  binomialUpperTail,
  normalCdf,
  normalQuantile,
} from "../../src/statistics/index.ts";
import { CASES, relativeError } from "./cases.ts";

test.each(CASES.normalCdf)("gives scipy's normal CDF at %d", (z, expected) => {
  expect(relativeError(normalCdf(z), expected)).toBeLessThan(1e-12);
});

test.each(CASES.normalQuantile)("gives scipy's normal quantile of %d", (p, expected) => {
  expect(relativeError(normalQuantile(p), expected)).toBeLessThan(1e-13);
});

test.each([
  [0, -Infinity],
  [1, Infinity],
])("puts the normal quantile of %d at infinity", (p, expected) => {
  expect(normalQuantile(p)).toBe(expected);
});

test.each(CASES.binomial)("gives scipy's tails of $k in Binomial($n, $p)", ({ k, n, p, cdf, tail }) => {
  expect(relativeError(binomialCdf(k, n, p), cdf)).toBeLessThan(1e-12);
  expect(relativeError(binomialUpperTail(k, n, p), tail)).toBeLessThan(1e-12);
});

test.each([
  // P(K <= 1) of Binomial(3, 1/2) = 4 / 8; the sure cases need no sum.
  [1, 3, 0.5, 0.5],
  [3, 3, 0.5, 1],
  [0, 0, 0.5, 1],
  [0, 4, 0, 1],
  [3, 4, 1, 0],
])("gives P(K <= %d) of Binomial(%d, %d)", (k, n, p, expected) => {
  expect(binomialCdf(k, n, p)).toBeCloseTo(expected, 14);
});

/** How far the distribution at the quantile misses the tail; quantiles so near 1 that x lost its digits count as met. */
function quantileError(side: "lower" | "upper", tail: number, [a, b]: readonly [number, number]): number {
  const x = betaQuantile(side === "lower" ? { lower: tail } : { upper: tail }, a, b);
  return x === 0 || x > 1 - 1e-6 ? 0 : relativeError(betaDistribution(x, a, b)[side], tail);
}

test("finds the quantile that the distribution maps back", () => {
  const shape = fc.double({ min: 0.5, max: 5000, noNaN: true });
  const tail = fc.double({ min: 1e-12, max: 0.5, noNaN: true });
  fc.assert(
    fc.property(shape, shape, tail, (a, b, share) => {
      expect(quantileError("lower", share, [a, b])).toBeLessThan(1e-9);
      expect(quantileError("upper", share, [a, b])).toBeLessThan(1e-9);
    }),
    { seed: 5 },
  );
});

test("gives the closed forms of Beta(1, n) at a tail of 1e-12", () => {
  // P(X > x) = (1 - x)^n, so x = 1 - 1e-12^(1/n).
  expect(
    relativeError(betaQuantile({ upper: 1e-12 }, 1, 1000), -Math.expm1(Math.log(1e-12) / 1000)),
  ).toBeLessThan(1e-12);
});

test.each([
  ["a NaN z", () => normalCdf(Number.NaN), "BAD_ARGUMENT"],
  ["a probability above 1", () => normalQuantile(1.5), "BAD_ARGUMENT"],
  ["a NaN probability", () => normalQuantile(Number.NaN), "BAD_ARGUMENT"],
  ["a shape of 0", () => betaQuantile({ lower: 0.5 }, 0, 1), "BAD_ARGUMENT"],
  ["a NaN shape", () => betaDistribution(0.5, Number.NaN, 1), "BAD_ARGUMENT"],
  ["more successes than trials", () => binomialCdf(2, 1, 0.5), "BAD_SHAPE"],
  ["half a success", () => binomialCdf(0.5, 1, 0.5), "BAD_SHAPE"],
  ["a NaN binomial probability", () => binomialUpperTail(1, 2, Number.NaN), "BAD_ARGUMENT"],
])("refuses %s", (_, call, code) => {
  expect(call).toThrow(expect.objectContaining({ code }));
});
