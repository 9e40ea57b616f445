import { HairlineError } from "../errors.ts";
import { checkSameLength, checkUnitInterval } from "../statistics/check.ts";
import { rankDescending, runningSumsOf } from "./ranking.ts";

/** One entry per distinct confidence, by rising coverage; all arrays of shape [m], m = 0 without images. */
export interface RiskCoverageCurve {
  /** Images at or above this confidence are accepted; falling. */
  readonly confidence: Float64Array;
  /** Images accepted; the last entry accepts all. */
  readonly accepted: Uint32Array;
  /** Accepted share, in (0, 1]. */
  readonly coverage: Float64Array;
  /** Mean loss of the accepted, in [0, 1]. */
  readonly selectiveRisk: Float64Array;
  /** Loss of the accepted over all images, in [0, 1]: the chance of an accepted failure. */
  readonly generalizedRisk: Float64Array;
}

export interface RiskCoveragePoint {
  readonly confidence: number;
  readonly coverage: number;
  readonly selectiveRisk: number;
  readonly generalizedRisk: number;
}

/** @throws HairlineError BAD_SHAPE when lengths differ or a loss is outside [0, 1] */
export function checkLosses(confidence: ArrayLike<number>, loss: ArrayLike<number>): void {
  checkSameLength("loss", loss.length, confidence.length);
  checkUnitInterval("loss", loss);
}

/**
 * Risk-coverage curve of a selective classifier, one point per distinct confidence, so equal confidences are
 * accepted together and input order cannot matter. O(n log n).
 *
 * @param confidence shape [n]; any monotone score, higher is surer
 * @param loss shape [n]; in [0, 1], 1 for a wrong reading
 * @throws HairlineError BAD_SHAPE when lengths differ, a confidence is NaN or a loss is outside [0, 1]
 * @see Geifman & El-Yaniv 2017, arXiv:1705.08500
 * @see Traub et al. 2024 (generalized risk), arXiv:2407.01032
 */
export function riskCoverageCurve(confidence: ArrayLike<number>, loss: ArrayLike<number>): RiskCoverageCurve {
  checkLosses(confidence, loss);
  const ranking = rankDescending(confidence);
  const { totals } = runningSumsOf(ranking, loss)();
  const accepted = ranking.ends.slice();
  const count = confidence.length;
  return {
    confidence: Float64Array.from(accepted, (end) => confidence[ranking.order[end - 1]!]!),
    accepted,
    coverage: Float64Array.from(accepted, (end) => end / count),
    selectiveRisk: totals.map((total, at) => total / accepted[at]!),
    generalizedRisk: totals.map((total) => total / count),
  };
}

function pointAt(curve: RiskCoverageCurve, at: number): RiskCoveragePoint | null {
  const confidence = curve.confidence[at];
  if (confidence === undefined) return null;
  return {
    confidence,
    coverage: curve.coverage[at]!,
    selectiveRisk: curve.selectiveRisk[at]!,
    generalizedRisk: curve.generalizedRisk[at]!,
  };
}

function checkShare(field: string, value: number, lowest: boolean): void {
  if (value <= 1 && (lowest ? value >= 0 : value > 0)) return;
  throw new HairlineError("BAD_ARGUMENT", `${field} ${value} is out of range.`, { field });
}

/**
 * The point of highest coverage whose selective risk is at most `risk`. Risk need not rise with coverage, so points of
 * lower coverage may exceed it.
 *
 * @param risk in [0, 1]
 * @returns null when no point qualifies
 * @throws HairlineError BAD_ARGUMENT when the risk is outside [0, 1]
 */
export function coverageAtRisk(curve: RiskCoverageCurve, risk: number): RiskCoveragePoint | null {
  checkShare("risk", risk, true);
  return pointAt(
    curve,
    curve.selectiveRisk.findLastIndex((each) => each <= risk),
  );
}

/**
 * The point of lowest coverage that is at least `coverage`: equal confidences are accepted together, so the coverage
 * reached may be higher than asked.
 *
 * @param coverage in (0, 1]
 * @returns null when there is no image
 * @throws HairlineError BAD_ARGUMENT when the coverage is outside (0, 1]
 */
export function riskAtCoverage(curve: RiskCoverageCurve, coverage: number): RiskCoveragePoint | null {
  checkShare("coverage", coverage, false);
  return pointAt(
    curve,
    curve.coverage.findIndex((each) => each >= coverage),
  );
}
