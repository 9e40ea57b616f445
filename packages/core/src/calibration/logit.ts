import { HairlineError } from "../errors.ts";

/** 1 / (1 + exp(-x)), without overflow. */
export function sigmoid(x: number): number {
  const small = Math.exp(-Math.abs(x));
  return x < 0 ? small / (1 + small) : 1 / (1 + small);
}

/** ln(1 + exp(x)), without overflow: -softplus(-z) is ln p and -softplus(z) is ln(1 - p) of logit z. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** Half the gap of float32 below 1: a stored probability cannot come nearer to 1 without being 1. */
export const LOGIT_CLIP = 2 ** -24;

/**
 * Logits of probabilities, for facts that came without theirs. Clipped to [2^-24, 1 - 2^-24], so logits stay within
 * 16.6: what a float32 probability can tell. Prefer the stored logits where there are any.
 *
 * @param probabilities shape [n]; in [0, 1]
 * @throws HairlineError BAD_SHAPE when a probability is NaN or outside [0, 1]
 */
export function logitsOf(probabilities: ArrayLike<number>): Float64Array {
  return Float64Array.from(probabilities, (p, at) => {
    if (!(p >= 0 && p <= 1)) {
      throw new HairlineError("BAD_SHAPE", `Probability ${at} is ${p}, not in [0, 1].`, {
        field: "probability",
      });
    }
    const clipped = Math.min(Math.max(p, LOGIT_CLIP), 1 - LOGIT_CLIP);
    return Math.log(clipped) - Math.log1p(-clipped);
  });
}
