import { type Estimate, toEstimate, UNKNOWN } from "../gates/index.ts";
import {
  coverageAtRisk,
  rankingAreasOf,
  riskAtCoverage,
  riskCoverageAreasOf,
  riskCoverageCurve,
} from "../selective/index.ts";
import { clusterBootstrap, delongAuc, rowBootstrap, sumByCluster } from "../statistics/index.ts";
import { type Decisions, measureDecisions } from "./decisions.ts";
import type { EvaluatedRows, MeasureSettings } from "./evaluated-rows.ts";

/**
 * What a model's probabilities, and a policy's outcomes, are worth on the labelled rows.
 *
 * The risk-coverage measures are of forced readings at the threshold: confidence is |p - threshold|, the loss 1 for a
 * reading that is not the label.
 */
export interface Measures {
  /** Scored rows, labelled or not. */
  readonly rows: number;
  readonly labelled: number;
  readonly positive: number;
  readonly negative: number;
  /** Patients (or studies) among the labelled: what the intervals resample. */
  readonly clusters: number;
  /** Area under the ROC curve; interval by DeLong, clustered (Obuchowski). */
  readonly auroc: Estimate;
  /** Average precision. */
  readonly auprc: Estimate;
  readonly aurc: Estimate;
  readonly excessAurc: Estimate;
  readonly augrc: Estimate;
  readonly brier: Estimate;
  /** Highest coverage whose selective risk is at most the setting's; null when there is none. */
  readonly coverageAtRisk: number | null;
  /** Selective risk at the lowest coverage that is at least the setting's; null without labels. */
  readonly riskAtCoverage: number | null;
  /** Null without a policy. */
  readonly decisions: Decisions | null;
  /** Why measures are null; null when none is for want of labels. */
  readonly reason: string | null;
}

/** @throws HairlineError BAD_ARGUMENT for a setting out of range */
export function measure(rows: EvaluatedRows, settings: MeasureSettings): Measures {
  const labelled = labelledRows(rows);
  const positive = labelled.label.filter((label) => label === 1).length;
  const counts = { labelled: labelled.label.length, positive, negative: labelled.label.length - positive };
  return {
    rows: rows.label.length,
    ...counts,
    clusters: new Set(labelled.cluster).size,
    ...rankingMeasures(labelled, settings),
    ...riskMeasures(labelled, settings),
    brier: brierMeasure(labelled, settings),
    decisions:
      labelled.outcome === undefined
        ? null
        : measureDecisions({ ...labelled, outcome: labelled.outcome }, settings),
    reason: reasonOf(counts),
  };
}

/** Why measures of so many labels are undefined. */
export function reasonOf({ positive, negative }: { positive: number; negative: number }): string | null {
  if (positive + negative === 0) return "nothing is labelled";
  if (positive === 0) return "nothing labelled is a fracture";
  return negative === 0 ? "everything labelled is a fracture" : null;
}

function labelledRows({ label, probability, cluster, outcome }: EvaluatedRows): EvaluatedRows {
  const known = (_: number, row: number): boolean => label[row]! >= 0;
  return {
    label: label.filter(known),
    probability: probability.filter(known),
    cluster: cluster.filter(known),
    outcome: outcome?.filter(known),
  };
}

function rankingMeasures(
  { label, probability, cluster }: EvaluatedRows,
  settings: MeasureSettings,
): Pick<Measures, "auroc" | "auprc"> {
  if (reasonOf(countLabels(label)) !== null) return { auroc: UNKNOWN, auprc: UNKNOWN };
  const roc = delongAuc(probability, label, { clusters: cluster, confidence: settings.confidence });
  const areas = rankingAreasOf(probability, label);
  const [auprc] = rowBootstrap(cluster, [(weights) => areas(weights).averagePrecision], settings);
  return {
    auroc:
      roc === null
        ? UNKNOWN
        : { estimate: roc.auc, lower: roc.interval?.lower ?? null, upper: roc.interval?.upper ?? null },
    auprc: toEstimate(auprc),
  };
}

function riskMeasures(
  { label, probability, cluster }: EvaluatedRows,
  settings: MeasureSettings,
): Pick<Measures, "aurc" | "excessAurc" | "augrc" | "coverageAtRisk" | "riskAtCoverage"> {
  const threshold = Math.fround(settings.threshold);
  const confidence = Float64Array.from(probability, (p) => Math.abs(p - threshold));
  const loss = Uint8Array.from(label, (each, row) =>
    probability[row]! >= threshold === (each === 1) ? 0 : 1,
  );
  const curve = riskCoverageCurve(confidence, loss);
  const points = {
    coverageAtRisk: coverageAtRisk(curve, settings.risk)?.coverage ?? null,
    riskAtCoverage: riskAtCoverage(curve, settings.coverage)?.selectiveRisk ?? null,
  };
  if (label.length === 0) return { aurc: UNKNOWN, excessAurc: UNKNOWN, augrc: UNKNOWN, ...points };
  const areas = riskCoverageAreasOf(confidence, loss);
  const [aurc, excessAurc, augrc] = rowBootstrap(
    cluster,
    [
      (weights) => areas(weights)?.aurc ?? null,
      (weights) => areas(weights)?.excessAurc ?? null,
      (weights) => areas(weights)?.augrc ?? null,
    ],
    settings,
  );
  return { aurc: toEstimate(aurc), excessAurc: toEstimate(excessAurc), augrc: toEstimate(augrc), ...points };
}

function brierMeasure({ label, probability, cluster }: EvaluatedRows, settings: MeasureSettings): Estimate {
  const squares = Float64Array.from(label, (each, row) => (probability[row]! - each) ** 2);
  const sums = sumByCluster(cluster, [squares, new Uint8Array(label.length).fill(1)]);
  const [brier] = clusterBootstrap(sums, [([sum, count]) => (count === 0 ? null : sum! / count!)], settings);
  return toEstimate(brier);
}

function countLabels(label: Int8Array): { positive: number; negative: number } {
  const positive = label.filter((each) => each === 1).length;
  return { positive, negative: label.length - positive };
}
