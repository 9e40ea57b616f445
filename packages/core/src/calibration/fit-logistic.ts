import { HairlineError } from "../errors.ts";
import { sigmoid, softplus } from "./logit.ts";

/** Weighted logistic regression without penalty on a few columns. */
export interface LogisticProblem {
  /** Each of shape [n]. */
  readonly columns: readonly Float64Array[];
  readonly labels: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
}

export interface LogisticFit {
  /** shape [columns] */
  readonly coefficients: number[];
  /** Summed negative log-likelihood at the optimum. */
  readonly loss: number;
  readonly converged: boolean;
}

const MAX_STEPS = 200;
/** Squared Newton decrement per unit of weight at which coefficients are settled to about 1e-11. */
const TOLERANCE = 1e-22;

interface Expansion {
  readonly loss: number;
  readonly gradient: number[];
  /** Row-major, shape [k, k]. */
  readonly hessian: number[][];
}

function linear(columns: readonly Float64Array[], coefficients: readonly number[], row: number): number {
  let sum = 0;
  for (let at = 0; at < columns.length; at++) sum += coefficients[at]! * columns[at]![row]!;
  return sum;
}

function lossAt({ columns, labels, weights }: LogisticProblem, coefficients: readonly number[]): number {
  let loss = 0;
  for (let row = 0; row < labels.length; row++) {
    const logit = linear(columns, coefficients, row);
    loss += weights[row]! * softplus(labels[row] === 1 ? -logit : logit);
  }
  return loss;
}

function expand(problem: LogisticProblem, coefficients: readonly number[]): Expansion {
  const { columns, labels, weights } = problem;
  const size = columns.length;
  const gradient = Array.from({ length: size }, () => 0);
  const hessian = Array.from({ length: size }, () => Array.from({ length: size }, () => 0));
  for (let row = 0; row < labels.length; row++) {
    const p = sigmoid(linear(columns, coefficients, row));
    const residual = weights[row]! * (p - labels[row]!);
    const curvature = weights[row]! * p * (1 - p);
    for (let i = 0; i < size; i++) {
      const value = columns[i]![row]!;
      gradient[i]! += residual * value;
      for (let j = 0; j <= i; j++) hessian[i]![j]! += curvature * value * columns[j]![row]!;
    }
  }
  return { loss: lossAt(problem, coefficients), gradient, hessian };
}

/** Solves H x = g by Cholesky on the lower triangle; a direction without curvature gets a little. */
function solve(hessian: readonly number[][], gradient: readonly number[]): number[] {
  const size = gradient.length;
  const largest = Math.max(...hessian.map((row, at) => row[at]!), Number.MIN_VALUE);
  const lower = hessian.map((row) => [...row]);
  const x = [...gradient];
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = lower[i]![j]!;
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!;
      lower[i]![j] = i === j ? Math.sqrt(Math.max(sum, 1e-13 * largest)) : sum / lower[j]![j]!;
    }
    for (let k = 0; k < i; k++) x[i]! -= lower[i]![k]! * x[k]!;
    x[i]! /= lower[i]![i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i]! -= lower[k]![i]! * x[k]!;
    x[i]! /= lower[i]![i]!;
  }
  return x;
}

/** Columns divided by their root mean square, so that one tolerance fits all coefficients. */
function rescaled(problem: LogisticProblem): { problem: LogisticProblem; scales: number[] } {
  const scales = problem.columns.map((column) => {
    const squares = column.reduce((sum, value) => sum + value * value, 0);
    return squares === 0 ? 1 : Math.sqrt(squares / column.length);
  });
  const columns = problem.columns.map((column, at) => column.map((value) => value / scales[at]!));
  return { problem: { ...problem, columns }, scales };
}

interface NewtonStep {
  readonly from: readonly number[];
  readonly loss: number;
  readonly step: readonly number[];
  /** Squared Newton decrement: twice what the step would gain on a parabola. */
  readonly decrement: number;
}

function newtonStep(problem: LogisticProblem, from: readonly number[]): NewtonStep {
  const { loss, gradient, hessian } = expand(problem, from);
  const step = solve(hessian, gradient);
  const decrement = step.reduce((sum, value, at) => sum + value * gradient[at]!, 0);
  return { from, loss, step, decrement };
}

/** The point that the full or a shortened step leads to; null when none lowers the loss. */
function descend(problem: LogisticProblem, { from, loss, step, decrement }: NewtonStep): number[] | null {
  // Near the optimum a step gains less than the sum's rounding, which must not count as a loss.
  const rounding = 1e-13 * loss;
  for (let size = 1; size > 1e-10; size /= 2) {
    const next = from.map((value, at) => value - size * step[at]!);
    if (lossAt(problem, next) <= loss - 1e-4 * size * decrement + rounding) return next;
  }
  return null;
}

/** Maximum likelihood by Newton's method with backtracking from zero; O(n) a step, about ten steps. */
export function fitLogistic(given: LogisticProblem): LogisticFit {
  const { problem, scales } = rescaled(given);
  let total = 0;
  for (let row = 0; row < given.labels.length; row++) total += given.weights[row]!;
  const fitAt = ({ from, loss }: NewtonStep, converged: boolean): LogisticFit => ({
    coefficients: from.map((value, at) => value / scales[at]!),
    loss,
    converged,
  });
  let current = newtonStep(
    problem,
    scales.map(() => 0),
  );
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    if (current.decrement <= TOLERANCE * total) return fitAt(current, true);
    const next = descend(problem, current);
    if (next === null) break;
    current = newtonStep(problem, next);
  }
  return fitAt(current, false);
}

/** @throws HairlineError CALIBRATION_NOT_CONVERGED when the fit did not settle */
export function settled(fit: LogisticFit): LogisticFit {
  if (fit.converged) return fit;
  throw new HairlineError("CALIBRATION_NOT_CONVERGED", "The likelihood's maximum was not reached.");
}
