import type { Outcome } from "./triage.ts";

/** Outcomes of labelled images against their labels; fracture is the positive class. */
export interface TriageCounts {
  readonly tp: number;
  readonly fp: number;
  readonly tn: number;
  readonly fn: number;
  readonly inconclusive: number;
}

/** All in [0, 1]; null where the denominator is 0, never NaN. */
export interface TriageMetrics {
  /** Share of labelled images that got a confident outcome. */
  readonly coverage: number | null;
  readonly inconclusiveRate: number | null;
  /** Of the confident outcomes only, as are precision, recall and F1. */
  readonly accuracy: number | null;
  readonly precision: number | null;
  readonly recall: number | null;
  /** 2tp / (2tp + fp + fn), so it is 0, not undefined, where precision is undefined but fractures were missed. */
  readonly f1: number | null;
  /** Over all labelled images, an inconclusive one counted as wrong. */
  readonly overallAccuracy: number | null;
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/**
 * The metrics of selective classification by the triage rule, on labelled images.
 *
 * @see Geifman & El-Yaniv 2017, arXiv:1705.08500
 */
export function triageMetrics(counts: TriageCounts): TriageMetrics {
  const { tp, fp, tn, fn, inconclusive } = counts;
  const confident = tp + fp + tn + fn;
  const labelled = confident + inconclusive;
  return {
    coverage: ratio(confident, labelled),
    inconclusiveRate: ratio(inconclusive, labelled),
    accuracy: ratio(tp + tn, confident),
    precision: ratio(tp, tp + fp),
    recall: ratio(tp, tp + fn),
    f1: ratio(2 * tp, 2 * tp + fp + fn),
    overallAccuracy: ratio(tp + tn, labelled),
  };
}

/** The count an outcome of a labelled image adds to. */
export function countOf(outcome: Outcome, label: 0 | 1): keyof TriageCounts {
  switch (outcome) {
    case "positive":
      return label === 1 ? "tp" : "fp";
    case "negative":
      return label === 1 ? "fn" : "tn";
    case "inconclusive":
      return "inconclusive";
  }
}
