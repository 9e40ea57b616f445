import { betaDistribution } from "./beta.ts";
import { checkCounts } from "./check.ts";
import { HairlineError } from "../errors.ts";

function checkProbability(p: number): void {
  if (p >= 0 && p <= 1) return;
  throw new HairlineError("BAD_ARGUMENT", `Probability ${p} is not in [0, 1].`, { field: "p" });
}

/**
 * P(K <= k) for K ~ Binomial(n, p), to about 1e-13 of itself. p = 0.5 and k = n are exact; no sum over k.
 *
 * @throws HairlineError BAD_SHAPE unless 0 <= k <= n are whole; BAD_ARGUMENT when p is outside [0, 1]
 */
export function binomialCdf(k: number, n: number, p: number): number {
  checkCounts(k, n);
  checkProbability(p);
  return k === n ? 1 : betaDistribution(p, k + 1, n - k).upper;
}

/** P(K >= k) for K ~ Binomial(n, p); errors and precision as `binomialCdf`. */
export function binomialUpperTail(k: number, n: number, p: number): number {
  checkCounts(k, n);
  checkProbability(p);
  return k === 0 ? 1 : betaDistribution(p, k, n - k + 1).lower;
}
