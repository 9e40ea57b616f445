import { rankDescending, type RunningSums, runningSumsOf } from "./ranking.ts";
import { checkLosses } from "./risk-coverage.ts";

/** Areas under the curves of one selective classifier; lower is better. */
export interface RiskCoverageAreas {
  /** Mean selective risk over coverages 1/n, 2/n, ..., 1, in [0, 1]. */
  readonly aurc: number;
  /** AURC less that of the best order of the same losses; 0 for a perfect order, up to rounding. */
  readonly excessAurc: number;
  /** Area under generalized risk: the mean chance of an accepted failure over all coverages, in [0, 1/2]. */
  readonly augrc: number;
}

/**
 * Sum over coverages k/N of the expected selective risk when ties are accepted in random order: within a group the
 * expected loss grows by the same step for each image.
 */
function summedRisk({ counts: accepted, totals: losses }: RunningSums): number {
  let sum = 0;
  let before = 0;
  let loss = 0;
  for (let group = 0; group < accepted.length; group++) {
    const size = accepted[group]! - before;
    const step = size === 0 ? 0 : (losses[group]! - loss) / size;
    for (let place = 1; place <= size; place++) sum += (loss + step * place) / (before + place);
    before = accepted[group]!;
    loss = losses[group]!;
  }
  return sum;
}

/** Trapezoids from (0, 0) between groups: exact, since within a group generalized risk grows in proportion. */
function generalizedArea(accepted: Float64Array, losses: Float64Array): number {
  let doubled = 0;
  let before = 0;
  let loss = 0;
  for (let group = 0; group < accepted.length; group++) {
    doubled += (accepted[group]! - before) * (loss + losses[group]!);
    before = accepted[group]!;
    loss = losses[group]!;
  }
  return doubled / (2 * before * before);
}

/**
 * Sorts once and gives the areas for any resampling weights: what `rowBootstrap` needs.
 *
 * @returns a function of whole weights of shape [n] (absent, 1 each); null when they are all 0 or n = 0
 * @throws HairlineError BAD_SHAPE as `riskCoverageAreas`
 */
export function riskCoverageAreasOf(
  confidence: ArrayLike<number>,
  loss: ArrayLike<number>,
): (weights?: ArrayLike<number>) => RiskCoverageAreas | null {
  checkLosses(confidence, loss);
  const given = runningSumsOf(rankDescending(confidence), loss);
  const best = runningSumsOf(rankDescending(Float64Array.from(loss, (each) => -each)), loss);
  return (weights) => {
    const sums = given(weights);
    const total = sums.counts.at(-1) ?? 0;
    if (total === 0) return null;
    const aurc = summedRisk(sums) / total;
    return {
      aurc,
      excessAurc: aurc - summedRisk(best(weights)) / total,
      augrc: generalizedArea(sums.counts, sums.totals),
    };
  };
}

/**
 * AUGRC alone, for any resampling weights: over ten times faster than `riskCoverageAreasOf`.
 *
 * @returns a function as that of `riskCoverageAreasOf`, of fractional weights too; null when they are all 0 or n = 0
 * @throws HairlineError BAD_SHAPE as `riskCoverageAreas`
 */
export function augrcOf(
  confidence: ArrayLike<number>,
  loss: ArrayLike<number>,
): (weights?: ArrayLike<number>) => number | null {
  checkLosses(confidence, loss);
  const { order, ends } = rankDescending(confidence);
  const ordered = Float64Array.from(order, (row) => loss[row]!);
  return (weights) => {
    let doubled = 0;
    let accepted = 0;
    let failed = 0;
    let at = 0;
    for (let group = 0; group < ends.length; group++) {
      const before = accepted;
      const failedBefore = failed;
      for (; at < ends[group]!; at++) {
        const weight = weights === undefined ? 1 : weights[order[at]!]!;
        accepted += weight;
        failed += weight * ordered[at]!;
      }
      doubled += (accepted - before) * (failedBefore + failed);
    }
    return accepted === 0 ? null : doubled / (2 * accepted * accepted);
  };
}

/**
 * AURC, E-AURC and AUGRC. Ties: each area is its exact expectation over random orders of equal confidences, so row
 * order cannot matter and without ties each is its published sum. AURC is a sum over n coverages and so moves by
 * about 1/n when every row is copied; AUGRC is an integral and does not. With 0/1 losses
 * AUGRC = (1 - AUROC of failure detection) r (1 - r) + r^2 / 2 for r the full-coverage risk; prefer it for
 * comparing, since AURC weighs failures by the logarithm of their rank.
 *
 * @param confidence shape [n]; any monotone score, higher is surer
 * @param loss shape [n]; in [0, 1], 1 for a wrong reading
 * @returns null when n = 0
 * @throws HairlineError BAD_SHAPE when lengths differ, a confidence is NaN or a loss is outside [0, 1]
 * @see Geifman et al. 2019 (AURC, E-AURC), arXiv:1805.08206
 * @see Traub et al. 2024 (AUGRC), arXiv:2407.01032
 */
export function riskCoverageAreas(
  confidence: ArrayLike<number>,
  loss: ArrayLike<number>,
): RiskCoverageAreas | null {
  return riskCoverageAreasOf(confidence, loss)();
}
