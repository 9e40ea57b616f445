import { matmul, sum } from "../arithmetic.ts";
import type { Tape } from "../tape.ts";
import { sizeOf, type Value } from "../value.ts";

export interface LinearOptions {
  /** [N, K] */
  readonly input: Value;
  /** [M, K] */
  readonly weight: Value;
  /** [M] */
  readonly bias: Value;
}

/** x Wᵀ + b, [N, M]. Gradients: g W, gᵀ x and the sum of g over the images. */
export function linear(tape: Tape, { input, weight, bias }: LinearOptions): Value {
  const shape = [input.shape[0] ?? 1, sizeOf(bias.shape)];
  const output = tape.emit("Gemm", [input, weight, bias], { shape, attributes: { transB: 1 } });
  return tape.record([input, weight, bias], output, (gradient, [atInput]) => [
    atInput === true ? matmul(tape, gradient, weight) : undefined,
    tape.emit("Gemm", [gradient, input], { shape: weight.shape, attributes: { transA: 1 } }),
    sum(tape, gradient, [0]),
  ]);
}
