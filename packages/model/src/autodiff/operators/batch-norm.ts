import {
  minus,
  perChannel,
  plus,
  reshape,
  sumKeeping,
  sumOfSquaresKeeping,
  sumPerChannel,
  times,
  unary,
} from "../arithmetic.ts";
import type { Tape } from "../tape.ts";
import { mapShape, type Value } from "../value.ts";
import { BATCH_NORM_EPSILON, type BatchNormParameters } from "./folded-batch-norm.ts";

/** torch.nn.BatchNorm2d's default: the share of a batch in the running statistics. */
const MOMENTUM = 0.1;

export interface BatchNormResult {
  readonly output: Value;
  /** Running statistics behind this batch; the variance is the unbiased one, as PyTorch's. */
  readonly mean: Value;
  readonly variance: Value;
}

/**
 * Batch norm with the batch's own statistics: y = (x − m) s + β, s = γ / √(v + ε).
 * Gradient at x: s (g − mean(g) − x̂ mean(g x̂)), Ioffe & Szegedy 2015, arXiv:1502.03167.
 */
export function batchNorm(tape: Tape, input: Value, parameters: BatchNormParameters): BatchNormResult {
  const [count, channels, height, width] = mapShape(input);
  const samples = count * height * width;
  const share = tape.scalar(1 / samples);
  const mean = times(tape, sumPerChannel(tape, input), share);
  const centred = minus(tape, input, mean);
  const squares = sumKeeping(tape, sumOfSquaresKeeping(tape, centred, [2, 3]), [0]);
  const variance = times(tape, squares, share);
  const inverse = unary(
    tape,
    "Reciprocal",
    unary(tape, "Sqrt", plus(tape, variance, tape.scalar(BATCH_NORM_EPSILON))),
  );
  const scale = times(tape, perChannel(tape, parameters.weight), inverse);
  const output = plus(tape, times(tape, centred, scale), perChannel(tape, parameters.bias));
  tape.record([input, parameters.weight, parameters.bias], output, (gradient, [atInput]) => {
    const total = sumPerChannel(tape, gradient);
    const along = sumPerChannel(tape, times(tape, gradient, centred));
    const slope = times(tape, times(tape, along, times(tape, inverse, inverse)), share);
    const even = minus(tape, gradient, times(tape, total, share));
    return [
      atInput === true ? times(tape, minus(tape, even, times(tape, centred, slope)), scale) : undefined,
      reshape(tape, times(tape, along, inverse), [channels]),
      reshape(tape, total, [channels]),
    ];
  });
  return {
    output,
    mean: running(tape, parameters.mean, times(tape, mean, tape.scalar(MOMENTUM))),
    variance: running(
      tape,
      parameters.variance,
      times(tape, variance, tape.scalar((MOMENTUM * samples) / (samples - 1))),
    ),
  };
}

function running(tape: Tape, old: Value, part: Value): Value {
  return plus(tape, times(tape, old, tape.scalar(1 - MOMENTUM)), reshape(tape, part, old.shape));
}
