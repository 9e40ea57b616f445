import { times, unary } from "../arithmetic.ts";
import type { Tape } from "../tape.ts";
import type { Value } from "../value.ts";

/** max(x, 0). The gradient passes where the output is positive, and is 0 at 0, as PyTorch's. */
export function relu(tape: Tape, input: Value): Value {
  const output = tape.emit("Relu", [input], { shape: input.shape });
  return tape.record([input], output, (gradient) => [times(tape, gradient, unary(tape, "Sign", output))]);
}
