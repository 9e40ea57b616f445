import { HairlineError } from "../errors.ts";
import { devianceTerm, stirlingError } from "./saddle-point.ts";

const MAX_TERMS = 100_000;

/** e^-x x^a / Gamma(a + 1), by Loader's Poisson density: exact to the last digits where ln Gamma would lose ten. */
function poissonFactor(a: number, x: number): number {
  return Math.exp(-stirlingError(a) - devianceTerm(a, x)) / Math.sqrt(2 * Math.PI * a);
}

function lowerSeries(a: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; n <= MAX_TERMS; n++) {
    term *= x / (a + n);
    sum += term;
    if (term < sum * 1e-17) break;
  }
  return sum;
}

/** Gamma(a, x) / (e^-x x^a) for x > a + 1, by Lentz's evaluation of Legendre's continued fraction. */
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n <= MAX_TERMS; n++) {
    const numerator = n * (a - n);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    value *= c * d;
    if (Math.abs(c * d - 1) < 3e-16) break;
  }
  return value;
}

/**
 * P(X > x) for X ~ chi-square with `degrees` degrees of freedom; relative error at most 1e-12 while it is a normal double.
 *
 * @param x at least 0
 * @param degrees above 0, whole or not
 * @throws HairlineError BAD_ARGUMENT for a negative or NaN x, or degrees that are not above 0
 */
export function chiSquareUpperTail(x: number, degrees: number): number {
  if (!(x >= 0) || !(degrees > 0 && degrees < Infinity)) {
    throw new HairlineError(
      "BAD_ARGUMENT",
      `No chi-square has ${degrees} degrees of freedom and value ${x}.`,
    );
  }
  if (x === 0) return 1;
  if (x === Infinity) return 0;
  const a = degrees / 2;
  const half = x / 2;
  const front = poissonFactor(a, half);
  return half < a + 1 ? 1 - front * lowerSeries(a, half) : front * a * upperFraction(a, half);
}
