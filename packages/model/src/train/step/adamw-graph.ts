import { minus, over, plus, sumOfSquares, times, unary } from "../../autodiff/arithmetic.ts";
import type { Tape } from "../../autodiff/tape.ts";
import type { Value } from "../../autodiff/value.ts";
import type { AdamwScalars } from "./adamw.ts";
import { firstMomentName, secondMomentName, updatedName } from "./graph-names.ts";

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
export const NORM_OUTPUT = "gradientNorm";

/**
 * AdamW as part of the graph, for devices that keep weights and moments in their own memory. Inputs besides the
 * gradients: `first.*`, `second.*`, the scalars above. Outputs: `new.*`, `new.first.*`, `new.second.*` and the norm of
 * all gradients before clipping.
 */
export function addAdamwUpdate(
  tape: Tape,
  parameters: readonly Value[],
  gradients: ReadonlyMap<string, Value>,
): void {
  const [beta1, beta2, decay, stepSize, rootScale, epsilon] = ADAMW_INPUTS.map((name) =>
    tape.input(name, []),
  ) as [Value, Value, Value, Value, Value, Value];
  const norm = gradientNorm(tape, [...gradients.values()]);
  tape.output(NORM_OUTPUT, norm);
  const scale = clipScale(tape, norm);
  const one = tape.scalar(1);
  for (const parameter of parameters) {
    const { name, shape } = parameter;
    const slope = times(tape, gradients.get(name) as Value, scale);
    const first = tape.input(firstMomentName(name), shape);
    const second = tape.input(secondMomentName(name), shape);
    const mean = plus(tape, times(tape, first, beta1), times(tape, slope, minus(tape, one, beta1)));
    const square = plus(
      tape,
      times(tape, second, beta2),
      times(tape, times(tape, slope, slope), minus(tape, one, beta2)),
    );
    const root = plus(tape, times(tape, unary(tape, "Sqrt", square), rootScale), epsilon);
    const move = times(tape, over(tape, mean, root), stepSize);
    tape.output(updatedName(name), minus(tape, times(tape, parameter, decay), move));
    tape.output(updatedName(firstMomentName(name)), mean);
    tape.output(updatedName(secondMomentName(name)), square);
  }
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
