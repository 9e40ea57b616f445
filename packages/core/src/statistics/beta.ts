import { HairlineError } from "../errors.ts";
import { logBinomialDensity } from "./saddle-point.ts";

/** A point of (0, 1) beside its complement, so that neither end loses precision. */
interface UnitPoint {
  readonly p: number;
  readonly q: number;
}

interface Tails {
  readonly lower: number;
  readonly upper: number;
}

const TINY = 1e-300;
/** Enough for shapes of 10^9 at the mean, where the fraction needs about 2 sqrt(a + b) terms. */
const MAX_TERMS = 200_000;

/** Lentz's evaluation of the incomplete beta's continued fraction; converges fast for x below the mean. */
function continuedFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= MAX_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guard(1 + even * d);
    c = guard(1 + even / c);
    value *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guard(1 + odd * d);
    c = guard(1 + odd / c);
    const step = c * d;
    value *= step;
    if (Math.abs(step - 1) < 3e-16) return value;
  }
  throw new HairlineError("INTERNAL", `The incomplete beta did not converge at ${x}, ${a}, ${b}.`);
}

function guard(x: number): number {
  return Math.abs(x) < TINY ? TINY : x;
}

/** x^a (1-x)^b / B(a, b), by the binomial density at a successes of a + b. */
function frontFactor(point: UnitPoint, a: number, b: number): number {
  return Math.exp(logBinomialDensity(a, a + b, point)) * ((a * b) / (a + b));
}

function betaTails(point: UnitPoint, a: number, b: number): Tails {
  const front = frontFactor(point, a, b);
  if (point.p * (a + b + 2) < a + 1) {
    const lower = Math.min(1, (front * continuedFraction(point.p, a, b)) / a);
    return { lower, upper: 1 - lower };
  }
  const upper = Math.min(1, (front * continuedFraction(point.q, b, a)) / b);
  return { lower: 1 - upper, upper };
}

function checkShapes(a: number, b: number): void {
  if (!(a > 0 && b > 0 && a + b < 1e12)) {
    throw new HairlineError("BAD_ARGUMENT", `Beta shapes ${a} and ${b} are not positive and below 1e12.`);
  }
}

function checkUnit(value: number, field: string): void {
  if (!(value >= 0 && value <= 1)) {
    throw new HairlineError("BAD_ARGUMENT", `${field} ${value} is not in [0, 1].`, { field });
  }
}

/**
 * P(X <= x) and P(X > x) for X ~ Beta(a, b), each to about 1e-13 of itself in its own tail.
 *
 * @param x in [0, 1]
 * @throws HairlineError BAD_ARGUMENT when x is outside [0, 1] or a shape is not positive
 */
export function betaDistribution(x: number, a: number, b: number): Tails {
  checkUnit(x, "x");
  checkShapes(a, b);
  if (x === 0) return { lower: 0, upper: 1 };
  if (x === 1) return { lower: 1, upper: 0 };
  return betaTails({ p: x, q: 1 - x }, a, b);
}

function pointAt(logit: number): UnitPoint {
  const small = Math.exp(-Math.abs(logit));
  const low = small / (1 + small);
  const high = 1 / (1 + small);
  return logit < 0 ? { p: low, q: high } : { p: high, q: low };
}

/**
 * The x with P(X <= x) = tail (lower) or P(X > x) = tail (upper) for X ~ Beta(a, b): relative error at most 1e-12.
 * The tail is given as itself, so an upper tail of 1e-9 keeps its digits.
 *
 * @param tail in [0, 1]
 * @throws HairlineError BAD_ARGUMENT when the tail is outside [0, 1] or a shape is not positive
 */
export function betaQuantile(tail: { lower: number } | { upper: number }, a: number, b: number): number {
  checkShapes(a, b);
  const side = "lower" in tail ? "lower" : "upper";
  const target = "lower" in tail ? tail.lower : tail.upper;
  checkUnit(target, side);
  if (target === 0 || target === 1) return (target === 0) === (side === "lower") ? 0 : 1;
  // Solves ln tail(logit x) = ln target: nearly straight far out, so Newton takes few steps from the mean.
  const slopeSign = side === "lower" ? 1 : -1;
  const excess = (logit: number): { value: number; slope: number } => {
    const point = pointAt(logit);
    const reached = Math.max(betaTails(point, a, b)[side], 1e-320);
    return {
      value: slopeSign * (Math.log(reached) - Math.log(target)),
      slope: frontFactor(point, a, b) / reached,
    };
  };
  return pointAt(increasingRoot(excess, Math.log(a / b))).p;
}

/** Root of a rising function by Newton's method, kept inside a bracket that every step narrows. */
function increasingRoot(at: (x: number) => { value: number; slope: number }, start: number): number {
  let low = -745;
  let high = 745;
  let x = start;
  for (let step = 0; step < 200; step++) {
    const { value, slope } = at(x);
    if (value === 0) return x;
    if (value < 0) low = x;
    else high = x;
    const newton = x - value / slope;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - x) <= 1e-16 * Math.max(1, Math.abs(x))) return next;
    x = next;
  }
  return x;
}
