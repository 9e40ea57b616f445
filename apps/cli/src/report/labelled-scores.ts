import type { TriagedImage } from "@hairline/core/readings";
import { riskAtCoverage, riskCoverageCurve, type RiskCoverageCurve } from "@hairline/core/selective";
import { delongAuc } from "@hairline/core/statistics";
import type { ReportRocAuc, RiskCoverage } from "./report-input.ts";
import { evenlySpaced } from "./sweep-points.ts";

const CONFIDENCE = 0.95;
const CURVE_POINTS = 300;
/** Surer than any probability: what p_low calls negative is decided first. */
const BELOW_P_LOW = 2;

/** The probabilities of labelled images, for what needs all of them at once: 24 bytes an image. */
export class LabelledScores {
  readonly #probabilities: number[] = [];
  readonly #labels: number[] = [];
  readonly #clusters: number[] = [];

  add({ probability, label, cluster }: Pick<TriagedImage, "probability" | "label" | "cluster">): void {
    if (label === null) return;
    this.#probabilities.push(probability);
    this.#labels.push(label);
    this.#clusters.push(cluster);
  }

  get counts(): { positive: number; negative: number } {
    const positive = this.#labels.reduce((sum, label) => sum + label, 0);
    return { positive, negative: this.#labels.length - positive };
  }

  /** Images of one patient are no independent evidence: the interval is over patients. Null when a class is absent. */
  rocAuc(): ReportRocAuc | null {
    const options = { clusters: this.#clusters, confidence: CONFIDENCE };
    const estimate = delongAuc(this.#probabilities, this.#labels, options);
    if (estimate === null) return null;
    return {
      value: estimate.auc,
      lower: estimate.interval?.lower ?? null,
      upper: estimate.interval?.upper ?? null,
      confidence: CONFIDENCE,
      patients: new Set(this.#clusters).size,
    };
  }

  /** See `ReportSweep.probabilityOnly`. */
  probabilityOnly(pLow: number): RiskCoverageCurve {
    // Compared as float32, as triage does: the stored 0.22 meets 0.22.
    const isNegative = this.#probabilities.map((probability) => Math.fround(probability) < Math.fround(pLow));
    return riskCoverageCurve(
      this.#probabilities.map((probability, row) => (isNegative[row] === true ? BELOW_P_LOW : probability)),
      this.#labels.map((label, row) => (isNegative[row] === true ? label : 1 - label)),
    );
  }
}

/** The curve for a plot. */
export function curvePoints({ coverage, selectiveRisk }: RiskCoverageCurve): RiskCoverage[] {
  const points = Array.from(coverage, (share, at) => ({ coverage: share, risk: selectiveRisk[at]! }));
  return evenlySpaced(points, CURVE_POINTS);
}

/** The curve where it first covers as much; null for a coverage of none. */
export function curveAt(curve: RiskCoverageCurve, coverage: number | null): RiskCoverage | null {
  if (coverage === null || coverage === 0) return null;
  const point = riskAtCoverage(curve, coverage);
  return point === null ? null : { coverage: point.coverage, risk: point.selectiveRisk };
}
