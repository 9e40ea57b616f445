import { betaQuantile } from "./beta.ts";
import { checkCounts, checkLevel } from "./check.ts";
import { normalQuantile } from "./normal.ts";

/** Two-sided confidence limits, lower <= upper. */
export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/**
 * Wilson's score interval of a proportion, without continuity correction: close to its nominal level on average, and
 * cheap. Assumes independent trials: images of one patient are not, and an image-level interval comes out about 1.2
 * times too narrow. Prefer `clusterBootstrap` over patients wherever patients have several images.
 *
 * @param confidence two-sided, in (0, 1)
 * @returns within [0, 1]; null for no trial
 * @throws HairlineError BAD_SHAPE unless 0 <= successes <= trials are whole; BAD_ARGUMENT for the confidence
 * @see Wilson 1927, JASA 22:209-212
 */
export function wilsonInterval(successes: number, trials: number, confidence = 0.95): Interval | null {
  checkCounts(successes, trials);
  checkLevel("confidence", confidence);
  if (trials === 0) return null;
  const z = normalQuantile(0.5 + confidence / 2);
  const failures = trials - successes;
  const centre = successes + (z * z) / 2;
  const reach = z * Math.sqrt((successes * failures) / trials + (z * z) / 4);
  const total = trials + z * z;
  return {
    lower: successes === 0 ? 0 : (centre - reach) / total,
    upper: failures === 0 ? 1 : (centre + reach) / total,
  };
}

/**
 * Clopper and Pearson's exact interval of a proportion: covers at least nominally, whatever the true proportion.
 * Limits are exact to 1e-12 of themselves. Independent trials only, as `wilsonInterval`.
 *
 * @param confidence two-sided, in (0, 1)
 * @returns within [0, 1]; null for no trial
 * @throws HairlineError BAD_SHAPE unless 0 <= successes <= trials are whole; BAD_ARGUMENT for the confidence
 * @see Clopper & Pearson 1934, Biometrika 26:404-413
 */
export function clopperPearsonInterval(
  successes: number,
  trials: number,
  confidence = 0.95,
): Interval | null {
  checkCounts(successes, trials);
  checkLevel("confidence", confidence);
  if (trials === 0) return null;
  const tail = (1 - confidence) / 2;
  return {
    lower: binomialLowerBound(successes, trials, tail),
    upper: binomialUpperBound(successes, trials, tail),
  };
}

/**
 * The exact one-sided lower confidence bound of a proportion: the true one lies below it with probability at most
 * `delta`. With no trial nothing is known and the bound is 0.
 *
 * @param delta in (0, 1); kept to its own precision, so 1e-9 works
 * @throws HairlineError BAD_SHAPE unless 0 <= successes <= trials are whole; BAD_ARGUMENT for delta
 */
export function binomialLowerBound(successes: number, trials: number, delta: number): number {
  checkCounts(successes, trials);
  checkLevel("delta", delta);
  if (successes === 0) return 0;
  return betaQuantile({ lower: delta }, successes, trials - successes + 1);
}

/** The exact one-sided upper confidence bound of a proportion, 1 with no trial; as `binomialLowerBound`. */
export function binomialUpperBound(successes: number, trials: number, delta: number): number {
  checkCounts(successes, trials);
  checkLevel("delta", delta);
  if (successes === trials) return 1;
  return betaQuantile({ upper: delta }, successes + 1, trials - successes);
}
