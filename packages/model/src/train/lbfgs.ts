import { setImmediate } from "node:timers/promises";

/** Writes the gradient at a point into `gradient` and returns the value there. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface LbfgsOptions {
  /** Stops when the gradient's length falls below this. */
  readonly tolerance: number;
  readonly maxIterations: number;
  /** Curvature pairs kept. */
  readonly memory?: number;
  /** Called after each iteration; throw to stop. */
  readonly onIteration?: (iteration: number, value: number) => void;
}

export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly gradientNorm: number;
  readonly iterations: number;
  /** False when the iterations ran out, or no step lowered the value, above the tolerance. */
  readonly converged: boolean;
}

interface State {
  readonly point: Float64Array;
  readonly gradient: Float64Array;
  readonly value: number;
}

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly curvature: number;
}

const ARMIJO = 1e-4;
const SMALLEST_STEP = 1e-10;

/**
 * Minimises a smooth convex function by L-BFGS with Armijo backtracking. Deterministic; gives way to the event
 * loop between iterations.
 * @see Nocedal & Wright, Numerical Optimization, algorithms 7.4 and 7.5
 */
export async function minimiseLbfgs(
  objective: Objective,
  start: Float64Array,
  options: LbfgsOptions,
): Promise<Minimum> {
  const memory = options.memory ?? 10;
  const pairs: Pair[] = [];
  let state = evaluate(objective, Float64Array.from(start));
  let iteration = 0;
  for (; iteration < options.maxIterations; iteration++) {
    const norm = length(state.gradient);
    if (norm < options.tolerance) return finish(state, iteration, true);
    await setImmediate();
    const next = lineSearch(objective, state, descent(state.gradient, pairs));
    if (next === undefined) return finish(state, iteration, false);
    const pair = curvaturePair(state, next);
    if (pair !== undefined) pairs.push(pair);
    if (pairs.length > memory) pairs.shift();
    state = next;
    options.onIteration?.(iteration + 1, state.value);
  }
  return finish(state, iteration, length(state.gradient) < options.tolerance);
}

function evaluate(objective: Objective, point: Float64Array): State {
  const gradient = new Float64Array(point.length);
  return { point, value: objective(point, gradient), gradient };
}

function finish(state: State, iterations: number, converged: boolean): Minimum {
  const { point, value, gradient } = state;
  return { point, value, gradientNorm: length(gradient), iterations, converged };
}

/** The two-loop recursion: the approximate inverse Hessian times the gradient. */
function descent(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = Float64Array.from(gradient);
  const shares = new Float64Array(pairs.length);
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { step, change, curvature } = pairs[k]!;
    const share = dot(step, direction) / curvature;
    shares[k] = share;
    addScaled(direction, change, -share);
  }
  const last = pairs.at(-1);
  const scale =
    last === undefined ? 1 / Math.max(1, length(gradient)) : last.curvature / dot(last.change, last.change);
  for (let j = 0; j < direction.length; j++) direction[j]! *= scale;
  pairs.forEach(({ step, change, curvature }, k) => {
    addScaled(direction, step, shares[k]! - dot(change, direction) / curvature);
  });
  return direction;
}

/** The first of the steps 1, 1/2, 1/4, … that lowers the value enough; undefined when rounding hides them all. */
function lineSearch(objective: Objective, state: State, direction: Float64Array): State | undefined {
  const slope = -dot(state.gradient, direction);
  // Near the minimum the value moves by less than its own rounding while the gradient still falls.
  const slack = 4 * Number.EPSILON * Math.abs(state.value);
  for (let size = 1; size >= SMALLEST_STEP; size /= 2) {
    const point = Float64Array.from(state.point);
    addScaled(point, direction, -size);
    const next = evaluate(objective, point);
    if (next.value <= state.value + ARMIJO * size * slope + slack) return next;
  }
  return undefined;
}

function curvaturePair(from: State, to: State): Pair | undefined {
  const step = difference(to.point, from.point);
  const change = difference(to.gradient, from.gradient);
  const curvature = dot(step, change);
  return curvature > 1e-14 * dot(change, change) ? { step, change, curvature } : undefined;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
}

function length(vector: Float64Array): number {
  return Math.sqrt(dot(vector, vector));
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, j) => value - b[j]!);
}

function addScaled(target: Float64Array, vector: Float64Array, scale: number): void {
  for (let j = 0; j < target.length; j++) target[j]! += scale * vector[j]!;
}
