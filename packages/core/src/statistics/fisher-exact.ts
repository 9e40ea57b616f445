import { checkCounts } from "./check.ts";
import { logBinomialDensity } from "./saddle-point.ts";

/** Equal in exact arithmetic, but rounded apart; as R and scipy allow for. */
const TIED = 1 + 1e-7;

/** ln of the chance of k successes in the first of two groups, given the successes of both together. */
function logHypergeometric(k: number, group: { first: number; second: number; successes: number }): number {
  const { first, second, successes } = group;
  const trials = first + second;
  if (successes === 0 || successes === trials) return 0;
  const odds = { p: successes / trials, q: (trials - successes) / trials };
  return (
    logBinomialDensity(k, first, odds) +
    logBinomialDensity(successes - k, second, odds) -
    logBinomialDensity(successes, trials, odds)
  );
}

interface Successes {
  readonly successes: number;
  readonly trials: number;
}

/**
 * Fisher's exact test that two proportions are the same: the chance, given both margins, of a table no likelier than this.
 * Takes time linear in the rarer margin, so it is for small counts.
 *
 * @returns two-sided p; 1 when a group is empty
 * @throws HairlineError BAD_SHAPE unless 0 <= successes <= trials are whole
 */
export function fisherExactPValue(a: Successes, b: Successes): number {
  checkCounts(a.successes, a.trials);
  checkCounts(b.successes, b.trials);
  if (a.trials === 0 || b.trials === 0) return 1;
  const group = { first: a.trials, second: b.trials, successes: a.successes + b.successes };
  const least = Math.max(0, group.successes - b.trials);
  const most = Math.min(group.successes, a.trials);
  const observed = Math.exp(logHypergeometric(a.successes, group)) * TIED;
  let sum = 0;
  for (let k = least; k <= most; k++) {
    const chance = Math.exp(logHypergeometric(k, group));
    if (chance <= observed) sum += chance;
  }
  return Math.min(1, sum);
}
