import { HairlineError } from "../errors.ts";
import { binomialCdf } from "./binomial.ts";
import { checkCounts, checkLevel } from "./check.ts";

/**
 * Exact p-value of the hypothesis that a 0/1 loss has a mean above `limit`: P(Binomial(n, limit) <= errors). Small
 * means the risk is controlled. 1 with no trial.
 *
 * @param errors losses of 1 among `trials` independent ones
 * @param limit in (0, 1)
 * @throws HairlineError BAD_SHAPE unless 0 <= errors <= trials are whole; BAD_ARGUMENT for the limit
 * @see Angelopoulos et al. 2021 (Learn then Test), arXiv:2110.01052
 */
export function binomialRiskPValue(errors: number, trials: number, limit: number): number {
  checkCounts(errors, trials);
  checkLevel("limit", limit);
  return trials === 0 ? 1 : binomialCdf(errors, trials, limit);
}

/** Kullback-Leibler divergence of Bernoulli(a) from Bernoulli(b), in nats. */
function bernoulliDivergence(a: number, b: number): number {
  const first = a === 0 ? 0 : a * Math.log(a / b);
  const second = a === 1 ? 0 : (1 - a) * Math.log((1 - a) / (1 - b));
  return first + second;
}

/**
 * Hoeffding-Bentkus p-value of the hypothesis that a loss bounded in [0, 1] has a mean above `limit`: the smaller of
 * Hoeffding's exp(-n KL(min(mean, limit), limit)) and Bentkus' e P(Binomial(n, limit) <= ceil(n mean)). For 0/1
 * losses `binomialRiskPValue` is never larger.
 *
 * @param meanLoss mean of `trials` independent losses, in [0, 1]
 * @param limit in (0, 1)
 * @returns in [0, 1]; 1 with no trial
 * @throws HairlineError BAD_SHAPE when the mean is outside [0, 1]; BAD_ARGUMENT for the limit
 * @see Bates et al. 2021 (Risk-controlling prediction sets), arXiv:2101.02703
 */
export function hoeffdingBentkusPValue(meanLoss: number, trials: number, limit: number): number {
  checkCounts(0, trials);
  checkLevel("limit", limit);
  if (!(meanLoss >= 0 && meanLoss <= 1)) {
    throw new HairlineError("BAD_SHAPE", `Mean loss ${meanLoss} is not in [0, 1].`, { field: "meanLoss" });
  }
  if (trials === 0) return 1;
  const hoeffding = Math.exp(-trials * bernoulliDivergence(Math.min(meanLoss, limit), limit));
  // A mean of whole losses may exceed its multiple of 1/n by rounding, and must not count one loss more.
  const total = trials * meanLoss;
  const whole = Math.round(total);
  const errors = Math.abs(total - whole) <= 1e-9 * Math.max(1, total) ? whole : Math.ceil(total);
  return Math.min(1, hoeffding, Math.E * binomialCdf(errors, trials, limit));
}
