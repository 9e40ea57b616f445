import { reshape, times } from "../arithmetic.ts";
import type { Tape } from "../tape.ts";
import { mapShape, type Value } from "../value.ts";

/** Mean of each map, [N, C, H, W] to [N, C]; every cell gets 1/(H W) of the gradient. */
export function globalAveragePool(tape: Tape, input: Value): Value {
  const [count, channels, height, width] = mapShape(input);
  const output = tape.emit("ReduceMean", [input], {
    shape: [count, channels],
    attributes: { axes: [2, 3], keepdims: 0 },
  });
  return tape.record([input], output, (gradient) => {
    const share = times(tape, gradient, tape.scalar(1 / (height * width)));
    const cell = reshape(tape, share, [count, channels, 1, 1]);
    return [tape.emit("Expand", [cell, tape.integers(input.shape)], { shape: input.shape })];
  });
}
