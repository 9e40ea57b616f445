import { checkUnitInterval } from "../statistics/check.ts";
import type { Calibrator, IsotonicCalibrator, LogisticCalibrator } from "./calibrator.ts";
import { sigmoid } from "./logit.ts";

/** logit' = a ln p - b ln(1 - p) + c, the one closed form of temperature, Platt and beta calibration. */
export interface LogisticForm {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/**
 * The closed form of a logistic calibrator, for readers of facts: p' = 1 / (1 + exp(-(a ln p - b ln(1 - p) + c))),
 * where a term with coefficient 0 is 0 even at p = 0 or 1.
 */
export function logisticForm(calibrator: LogisticCalibrator): LogisticForm {
  switch (calibrator.method) {
    case "temperature":
      return { a: 1 / calibrator.temperature, b: 1 / calibrator.temperature, c: 0 };
    case "platt":
      return { a: calibrator.slope, b: calibrator.slope, c: calibrator.intercept };
    case "beta":
      return { a: calibrator.a, b: calibrator.b, c: calibrator.c };
  }
}

/** 0 times an infinite logarithm is 0 here: a gate that is off has no say at the ends. */
function term(coefficient: number, logarithm: number): number {
  return coefficient === 0 ? 0 : coefficient * logarithm;
}

function logisticFunction(calibrator: LogisticCalibrator): (p: number) => number {
  const { a, b, c } = logisticForm(calibrator);
  return (p) => sigmoid(term(a, Math.log(p)) - term(b, Math.log1p(-p)) + c);
}

function isotonicFunction({ probabilities, calibrated }: IsotonicCalibrator): (p: number) => number {
  return (p) => {
    let low = -1;
    let high = probabilities.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (probabilities[middle]! <= p) low = middle;
      else high = middle;
    }
    if (low < 0) return calibrated[0]!;
    const level = calibrated[low]!;
    if (high === probabilities.length || calibrated[high] === level) return level;
    const share = (p - probabilities[low]!) / (probabilities[high]! - probabilities[low]!);
    // Rounding must not step over the next level, or neighbours could change places.
    return Math.min(level + share * (calibrated[high]! - level), calibrated[high]!);
  };
}

/** The calibrator as a function of one raw probability in [0, 1]; O(1), or O(log breakpoints). */
export function calibratorFunction(calibrator: Calibrator): (probability: number) => number {
  return calibrator.method === "isotonic" ? isotonicFunction(calibrator) : logisticFunction(calibrator);
}

/**
 * Calibrated probabilities. Raw ones are facts and are not overwritten.
 *
 * @param probabilities shape [n]; raw, in [0, 1]
 * @returns shape [n]; in [0, 1], in the order of the raw ones
 * @throws HairlineError BAD_SHAPE when a probability is NaN or outside [0, 1]
 */
export function calibrate(calibrator: Calibrator, probabilities: ArrayLike<number>): Float64Array {
  checkUnitInterval("probabilities", probabilities);
  return Float64Array.from(probabilities, calibratorFunction(calibrator));
}
