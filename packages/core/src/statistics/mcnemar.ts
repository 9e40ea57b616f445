import { binomialCdf } from "./binomial.ts";
import { checkCounts } from "./check.ts";

export interface McNemarTest {
  /** Exact two-sided p-value; 1 when no pair is discordant. */
  readonly pValue: number;
  /** Mid-p, less conservative: twice P(K < fewer) + P(K = fewer) / 2. */
  readonly midPValue: number;
}

/**
 * McNemar's exact test that two readers of the same images err equally often, from the discordant pairs alone.
 * Takes pairs as independent: images of one patient make it too confident.
 *
 * @param onlyFirstRight images that only the first reads rightly; whole
 * @param onlySecondRight images that only the second reads rightly; whole
 * @throws HairlineError BAD_SHAPE when a count is negative or not whole
 * @see Fagerland et al. 2013, BMC Med. Res. Methodol. 13:91
 */
export function mcnemarTest(onlyFirstRight: number, onlySecondRight: number): McNemarTest {
  const discordant = onlyFirstRight + onlySecondRight;
  checkCounts(onlyFirstRight, discordant);
  if (discordant === 0) return { pValue: 1, midPValue: 1 };
  const fewer = Math.min(onlyFirstRight, onlySecondRight);
  const upTo = binomialCdf(fewer, discordant, 0.5);
  const below = fewer === 0 ? 0 : binomialCdf(fewer - 1, discordant, 0.5);
  return {
    pValue: Math.min(1, 2 * upTo),
    midPValue: Math.min(1, upTo + below),
  };
}
