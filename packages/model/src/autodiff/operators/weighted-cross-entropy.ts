import { minus, plus, sum, times, unary } from "../arithmetic.ts";
import type { Tape } from "../tape.ts";
import type { Value } from "../value.ts";

export interface CrossEntropyOptions {
  /** [N, 1] */
  readonly logit: Value;
  /** [N, 1] in [0, 1] */
  readonly label: Value;
  /** [N, 1]: what each image counts, 1/batch for a mean and 0 for padding. */
  readonly weight: Value;
  /** Scalar: what a positive counts beside a negative. */
  readonly positiveWeight: Value;
}

export interface CrossEntropy {
  /** Scalar: sum over images of weight × loss. */
  readonly loss: Value;
  /** The loss's gradient at the logits, [N, 1]. */
  readonly gradient: Value;
}

/**
 * Binary cross-entropy of logits, as PyTorch's BCEWithLogitsLoss with pos_weight:
 * l = (1 − y) z + (1 + (w₊ − 1) y) log(1 + e^−z), written so that no exponential overflows.
 */
export function weightedCrossEntropy(tape: Tape, options: CrossEntropyOptions): CrossEntropy {
  const { logit, label, weight, positiveWeight } = options;
  const positive = times(tape, label, positiveWeight);
  const negative = minus(tape, tape.scalar(1), label);
  const both = plus(tape, negative, positive);
  const tail = unary(tape, "Exp", unary(tape, "Neg", unary(tape, "Abs", logit)));
  const softplus = plus(
    tape,
    tape.emit("Relu", [unary(tape, "Neg", logit)], { shape: logit.shape }),
    unary(tape, "Log", plus(tape, tape.scalar(1), tail)),
  );
  const each = plus(tape, times(tape, negative, logit), times(tape, both, softplus));
  const slope = minus(tape, times(tape, unary(tape, "Sigmoid", logit), both), positive);
  return {
    loss: sum(tape, times(tape, each, weight), [0, 1]),
    gradient: times(tape, slope, weight),
  };
}
