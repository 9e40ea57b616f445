import { plus } from "../arithmetic.ts";
import type { Tape } from "../tape.ts";
import type { Value } from "../value.ts";

/** The sum of two values of one shape; its gradient is that of both. */
export function add(tape: Tape, left: Value, right: Value): Value {
  return tape.record([left, right], plus(tape, left, right), (gradient) => [gradient, gradient]);
}
