import { HairlineError } from "../errors.ts";

export interface RiskCoveragePoint {
  /** Images at or above this confidence are accepted. */
  readonly confidence: number;
  /** Accepted share, in (0, 1]. */
  readonly coverage: number;
  /** Mean loss of the accepted, in [0, 1]. */
  readonly selectiveRisk: number;
}

/**
 * Risk-coverage curve of a selective classifier, one point per distinct confidence, so equal confidences are
 * accepted together and input order cannot matter.
 *
 * @param confidence shape [n]; any monotone score, higher is surer
 * @param loss shape [n]; in [0, 1], 1 for a wrong reading
 * @returns by rising coverage; the last point accepts everything
 * @throws HairlineError BAD_SHAPE when n = 0, lengths differ, a value is NaN or a loss is outside [0, 1]
 * @see Geifman & El-Yaniv 2017, arXiv:1705.08500
 */
export function riskCoverageCurve(
  confidence: ArrayLike<number>,
  loss: ArrayLike<number>,
): RiskCoveragePoint[] {
  checkCurveInput(confidence, loss);
  const count = confidence.length;
  const order = Uint32Array.from({ length: count }, (_, at) => at);
  order.sort((a, b) => (confidence[b] ?? 0) - (confidence[a] ?? 0));
  const points: RiskCoveragePoint[] = [];
  let totalLoss = 0;
  for (let at = 0; at < count; at++) {
    const row = order[at] ?? 0;
    totalLoss += loss[row] ?? 0;
    const isLastOfTie = at + 1 === count || confidence[order[at + 1] ?? 0] !== confidence[row];
    if (!isLastOfTie) continue;
    const accepted = at + 1;
    points.push({
      confidence: confidence[row] ?? 0,
      coverage: accepted / count,
      selectiveRisk: totalLoss / accepted,
    });
  }
  return points;
}

function checkCurveInput(confidence: ArrayLike<number>, loss: ArrayLike<number>): void {
  if (confidence.length === 0)
    throw new HairlineError("BAD_SHAPE", "A risk-coverage curve needs at least one image.");
  if (confidence.length !== loss.length) {
    throw new HairlineError("BAD_SHAPE", `${confidence.length} confidences but ${loss.length} losses.`);
  }
  for (let at = 0; at < confidence.length; at++) {
    if (Number.isNaN(confidence[at])) {
      throw new HairlineError("BAD_SHAPE", `Confidence ${at} is NaN.`, { field: "confidence" });
    }
    const each = loss[at] ?? Number.NaN;
    if (!(each >= 0 && each <= 1)) {
      throw new HairlineError("BAD_SHAPE", `Loss ${at} is ${each}, not in [0, 1].`, { field: "loss" });
    }
  }
}
