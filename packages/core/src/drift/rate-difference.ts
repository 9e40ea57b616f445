import { wilsonInterval } from "../statistics/index.ts";
import { compareMix } from "./category-mix.ts";

export interface Rate {
  readonly successes: number;
  readonly trials: number;
}

export interface RateDifference {
  readonly test: "chi-square" | "fisher";
  readonly statistic: number | null;
  readonly pValue: number | null;
  /** The current rate less the reference's, in [-1, 1]; null when a window is empty. */
  readonly difference: number | null;
  /** Newcombe's 95 % interval of it. */
  readonly lower: number | null;
  readonly upper: number | null;
}

/**
 * Whether a rate is the same in two windows: chi-square, or Fisher's exact test for small counts.
 *
 * @see Newcombe 1998, Stat. Med. 17:873-890, method 10, for the interval
 * @throws HairlineError BAD_SHAPE unless 0 <= successes <= trials are whole
 */
export function compareRates(reference: Rate, current: Rate): RateDifference {
  const { test, statistic, pValue } = compareMix([
    { name: "yes", reference: reference.successes, current: current.successes },
    {
      name: "no",
      reference: reference.trials - reference.successes,
      current: current.trials - current.successes,
    },
  ]);
  const before = wilsonInterval(reference.successes, reference.trials, 0.95);
  const after = wilsonInterval(current.successes, current.trials, 0.95);
  if (before === null || after === null)
    return { test, statistic, pValue, difference: null, lower: null, upper: null };
  const from = reference.successes / reference.trials;
  const to = current.successes / current.trials;
  const difference = to - from;
  return {
    test,
    statistic,
    pValue,
    difference,
    lower: difference - Math.hypot(to - after.lower, before.upper - from),
    upper: difference + Math.hypot(after.upper - to, from - before.lower),
  };
}
