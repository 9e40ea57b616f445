import { minus, over, plus, sumOfSquares, times, unary } from "../../autodiff/arithmetic.ts";
import type { Tape } from "../../autodiff/tape.ts";
import type { Value } from "../../autodiff/value.ts";
import type { AdamwScalars } from "./adamw.ts";
import { averageName, firstMomentName, secondMomentName, updatedName } from "./graph-names.ts";

/** Scalars that the host sets in every step, by the names of AdamwScalars, and the largest gradient norm allowed. */
export const ADAMW_INPUTS = [
  "beta1",
  "beta2",
  "decay",
  "stepSize",
  "rootScale",
  "epsilon",
] as const satisfies readonly (keyof AdamwScalars)[];
export const CLIP_INPUT = "largestNorm";
/** Decay of the moving average in this step; of graphs that keep one. */
export const AVERAGE_INPUT = "averageDecay";
export const NORM_OUTPUT = "gradientNorm";

export interface AdamwGraphOptions {
  readonly parameters: readonly Value[];
  /** By the parameters' names. */
  readonly gradients: ReadonlyMap<string, Value>;
  /** Whether a moving average of the weights is kept. */
  readonly averaged: boolean;
}

/**
 * AdamW as part of the graph, for devices that keep weights and moments in their own memory. Inputs besides the
 * gradients: `first.*`, `second.*` (and `average.*`), the scalars above. Outputs: the same under `new.*`, and the norm of
 * all gradients before clipping.
 */
export function addAdamwUpdate(tape: Tape, { parameters, gradients, averaged }: AdamwGraphOptions): void {
  const scalars = Object.fromEntries(ADAMW_INPUTS.map((name) => [name, tape.input(name, [])])) as AdamwInputs;
  const averageDecay = averaged ? tape.input(AVERAGE_INPUT, []) : undefined;
  const norm = gradientNorm(tape, [...gradients.values()]);
  tape.output(NORM_OUTPUT, norm);
  const scale = clipScale(tape, norm);
  for (const parameter of parameters) {
    const slope = times(tape, gradients.get(parameter.name) as Value, scale);
    const moved = addUpdate(tape, { parameter, slope, scalars });
    if (averageDecay === undefined) continue;
    const name = averageName(parameter.name);
    const average = blend(tape, [tape.input(name, parameter.shape), moved], averageDecay);
    tape.output(updatedName(name), average);
  }
}

type AdamwInputs = Readonly<Record<keyof AdamwScalars, Value>>;

interface Update {
  readonly parameter: Value;
  readonly slope: Value;
  readonly scalars: AdamwInputs;
}

/** @returns the parameter behind the step */
function addUpdate(tape: Tape, { parameter, slope, scalars }: Update): Value {
  const { name, shape } = parameter;
  const moment = (of: (name: string) => string, value: Value, decay: Value) => {
    const next = blend(tape, [tape.input(of(name), shape), value], decay);
    tape.output(updatedName(of(name)), next);
    return next;
  };
  const mean = moment(firstMomentName, slope, scalars.beta1);
  const square = moment(secondMomentName, times(tape, slope, slope), scalars.beta2);
  const root = plus(tape, times(tape, unary(tape, "Sqrt", square), scalars.rootScale), scalars.epsilon);
  const move = times(tape, over(tape, mean, root), scalars.stepSize);
  const moved = minus(tape, times(tape, parameter, scalars.decay), move);
  tape.output(updatedName(name), moved);
  return moved;
}

/** old × decay + value × (1 − decay) */
function blend(tape: Tape, [old, value]: readonly [Value, Value], decay: Value): Value {
  const rest = minus(tape, tape.scalar(1), decay);
  return plus(tape, times(tape, old, decay), times(tape, value, rest));
}

function gradientNorm(tape: Tape, gradients: readonly Value[]): Value {
  const squares = gradients.map((gradient) => sumOfSquares(tape, gradient));
  return unary(
    tape,
    "Sqrt",
    squares.reduce((total, square) => plus(tape, total, square)),
  );
}

/** min(1, largest / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_. */
function clipScale(tape: Tape, norm: Value): Value {
  const ratio = over(tape, tape.input(CLIP_INPUT, []), plus(tape, norm, tape.scalar(1e-6)));
  return tape.emit("Min", [ratio, tape.scalar(1)], { shape: [] });
}
