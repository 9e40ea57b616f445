import type { Claim, ClaimEvidence } from "./claim.ts";

/** n KL(rate || target) in nats for a rate above the target, else 0: minus the log of Chernoff's bound on the p-value. */
function chernoffExponent({ successes, trials }: ClaimEvidence, target: number): number {
  const rate = successes / trials;
  if (!(rate > target)) return 0;
  const failures = trials - successes;
  const ofFailures = failures === 0 ? 0 : failures * Math.log((1 - rate) / (1 - target));
  return successes * Math.log(rate / target) + ofFailures;
}

/**
 * How strongly labelled images speak for all claims at once: the least of the claims' Chernoff exponents. It orders
 * policies by how likely they are to be certified on other images, without an incomplete beta for each of millions.
 *
 * @param evidence shape [claims]
 * @returns in nats, at least 0; null where a claim does not even hold on these images, or has no trial
 */
export function safetyOf(claims: readonly Claim[], evidence: readonly ClaimEvidence[]): number | null {
  let least = Infinity;
  for (const [at, { target }] of claims.entries()) {
    const each = evidence[at];
    if (each === undefined || each.trials === 0 || each.successes < target * each.trials) return null;
    least = Math.min(least, chernoffExponent(each, target));
  }
  return least;
}
