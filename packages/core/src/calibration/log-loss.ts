import { checkScored, checkUnitInterval, checkWeights } from "../statistics/check.ts";
import { LOGIT_CLIP, softplus } from "./logit.ts";

export interface LogLossOptions {
  /** shape [n]; at least 0 and finite, absent for 1 each. */
  readonly weights?: ArrayLike<number>;
}

function weightedMean(
  count: number,
  lossOf: (row: number) => number,
  weights: ArrayLike<number> | undefined,
): number | null {
  if (weights !== undefined) checkWeights(weights, count);
  let total = 0;
  let loss = 0;
  for (let row = 0; row < count; row++) {
    const weight = weights === undefined ? 1 : weights[row]!;
    if (weight === 0) continue;
    total += weight;
    loss += weight * lossOf(row);
  }
  return total === 0 ? null : loss / total;
}

/**
 * Mean negative log-likelihood in nats. Probabilities are clipped to [2^-24, 1 - 2^-24], so that one confident error
 * of a float32 probability (or an isotonic level of 0 or 1) costs 16.6 and not infinity. Use
 * `negativeLogLikelihoodOfLogits` where logits are at hand.
 *
 * @param probabilities shape [n]; in [0, 1]
 * @param labels shape [n]; 1 fracture, 0 none
 * @returns at least 0; null without images or weight
 * @throws HairlineError BAD_SHAPE when lengths differ or a value is out of range
 */
export function negativeLogLikelihood(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  { weights }: LogLossOptions = {},
): number | null {
  checkScored(probabilities, labels);
  checkUnitInterval("probabilities", probabilities);
  const lossOf = (row: number): number => {
    const p = Math.min(Math.max(probabilities[row]!, LOGIT_CLIP), 1 - LOGIT_CLIP);
    return labels[row] === 1 ? -Math.log(p) : -Math.log1p(-p);
  };
  return weightedMean(labels.length, lossOf, weights);
}

/** As `negativeLogLikelihood`, from logits and so exact at any size; an infinite logit may cost infinity. */
export function negativeLogLikelihoodOfLogits(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  { weights }: LogLossOptions = {},
): number | null {
  checkScored(logits, labels);
  const lossOf = (row: number): number => softplus(labels[row] === 1 ? -logits[row]! : logits[row]!);
  return weightedMean(labels.length, lossOf, weights);
}
