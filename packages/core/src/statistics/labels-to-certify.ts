import { binomialUpperTail } from "./binomial.ts";
import { betaDistribution } from "./beta.ts";
import { checkCounts, checkLevel } from "./check.ts";
import { binomialLowerBound } from "./proportion-interval.ts";

export interface CertificateGoal {
  /** The proportion to certify, such as a sensitivity of 0.95; in (0, 1). */
  readonly target: number;
  /** One-sided, in (0, 1); with several claims give the share of each (1 - delta / claims). */
  readonly confidence: number;
  /** Chance that the certificate is then given, if the observed rate is the true one; default 0.8. */
  readonly power?: number;
}

export interface LabelsToCertify {
  /** Whether the labels at hand certify the target already. */
  readonly certified: boolean;
  /** Labels in all at which the bound meets the target if the observed rate persists; null when it never does. */
  readonly atObservedRate: number | null;
  /** Labels in all for the asked power: what to plan for; null when out of reach. */
  readonly forPower: number | null;
}

/** Above this many labels the honest answer is that the observed rate does not support the target. */
const MAX_LABELS = 100_000_000;

/** Smallest n in [1, MAX_LABELS] for which a condition that stays true holds; null when none. */
function smallest(holds: (n: number) => boolean): number | null {
  let high = 16;
  while (!holds(high)) {
    if (high >= MAX_LABELS) return null;
    high = Math.min(MAX_LABELS, high * 2);
  }
  let low = 0;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Fewest successes of n whose lower bound reaches the target; n + 1 when none does. */
function neededSuccesses(n: number, { target, confidence }: CertificateGoal): number {
  const reached = (k: number): boolean => binomialUpperTail(k, n, target) <= 1 - confidence;
  if (!reached(n)) return n + 1;
  let low = 0;
  let high = n;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (reached(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * How many labels of one class (positives for a sensitivity) a certificate needs: the exact one-sided binomial bound
 * at confidence c must reach the target. "About", because counts are whole and the observed rate is itself a guess.
 *
 * @param successes of `trials`: the evidence so far, such as detected among labelled fractures
 * @returns counts in all, what is at hand included
 * @throws HairlineError BAD_SHAPE unless 0 <= successes <= trials are whole; BAD_ARGUMENT for the goal
 */
export function labelsToCertify(successes: number, trials: number, goal: CertificateGoal): LabelsToCertify {
  checkCounts(successes, trials);
  const { target, confidence, power = 0.8 } = goal;
  checkLevel("target", target);
  checkLevel("confidence", confidence);
  checkLevel("power", power);
  const delta = 1 - confidence;
  const certified = trials > 0 && binomialLowerBound(successes, trials, delta) >= target;
  const rate = trials === 0 ? 0 : successes / trials;
  if (rate <= target) return { certified, atObservedRate: null, forPower: null };
  // The tail with real-valued successes falls steadily in n; whole ones make it a sawtooth.
  const atObservedRate = smallest((n) => betaDistribution(target, rate * n, n - rate * n + 1).lower <= delta);
  const forPower = smallest((n) => {
    const needed = neededSuccesses(n, goal);
    return needed <= n && binomialUpperTail(needed, n, rate) >= power;
  });
  return { certified, atObservedRate, forPower };
}
