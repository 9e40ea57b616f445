import { minus, perKernel, plus, sum, times, unary } from "../arithmetic.ts";
import type { Tape } from "../tape.ts";
import { sizeOf, type Value } from "../value.ts";

/** torch.nn.BatchNorm2d's default. */
export const BATCH_NORM_EPSILON = 1e-5;

export interface BatchNormParameters {
  /** γ [C] */
  readonly weight: Value;
  /** β [C] */
  readonly bias: Value;
  /** Running mean [C]. */
  readonly mean: Value;
  /** Running variance [C]. */
  readonly variance: Value;
}

export interface FoldedKernel {
  readonly kernel: Value;
  readonly bias: Value;
}

/**
 * A kernel [C, I, K, K] with the batch norm behind it folded in, running statistics frozen: W' = W s and
 * b' = β − μ s with s = γ / √(σ² + ε). Weights are folded in each step, maps are never touched, and the gradients
 * come back through the same product: dW = dW' s, dβ = db', dγ = (Σ dW' W − μ db') / √(σ² + ε).
 */
export function foldedBatchNorm(tape: Tape, kernel: Value, parameters: BatchNormParameters): FoldedKernel {
  const { weight, bias, mean, variance } = parameters;
  const inverse = unary(
    tape,
    "Reciprocal",
    unary(tape, "Sqrt", plus(tape, variance, tape.scalar(BATCH_NORM_EPSILON))),
  );
  const scale = times(tape, weight, inverse);
  const folded = times(tape, kernel, perKernel(tape, scale));
  const offset = minus(tape, bias, times(tape, mean, scale));
  tape.record([kernel, weight], folded, (gradient) => [
    times(tape, gradient, perKernel(tape, scale)),
    times(tape, sum(tape, times(tape, gradient, kernel), [1, 2, 3]), inverse),
  ]);
  tape.record([bias, weight], offset, (gradient) => [
    gradient,
    unary(tape, "Neg", times(tape, gradient, times(tape, mean, inverse))),
  ]);
  return { kernel: folded, bias: { name: offset.name, shape: [sizeOf(bias.shape)] } };
}
