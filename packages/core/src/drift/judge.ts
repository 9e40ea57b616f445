import { HairlineError } from "../errors.ts";
import { benjaminiHochbergAdjusted, holmAdjusted } from "../statistics/index.ts";

/** What kind of thing is compared; it decides the test and the effect. */
export const MEASURE_KINDS = ["distribution", "mix", "rate", "embedding"] as const;
export type MeasureKind = (typeof MEASURE_KINDS)[number];

export const CORRECTIONS = ["holm", "benjamini-hochberg"] as const;
export type Correction = (typeof CORRECTIONS)[number];

/** When a measure is an alarm: its adjusted p is below alpha and its effect is at least the kind's threshold. */
export interface DriftRule {
  /** In (0, 1). */
  readonly alpha: number;
  readonly correction: Correction;
  /** PSI; share moved; difference of rates; squared MMD. Each at least 0. */
  readonly thresholds: Readonly<Record<MeasureKind, number>>;
}

/**
 * Holm, since measures of one image depend on each other in ways that Benjamini and Hochberg's proof does not cover. With
 * a million images p is below any alpha for differences nobody would act on: the thresholds decide there.
 */
export const DEFAULT_RULE: DriftRule = {
  alpha: 0.01,
  correction: "holm",
  thresholds: { distribution: 0.2, mix: 0.1, rate: 0.05, embedding: 0.01 },
};

export const VERDICTS = ["alarm", "small", "unsure", "steady", "untested"] as const;
/**
 * `small`: surely different, but by less than matters; `unsure`: different enough, but it may be chance; `untested`: a
 * window has nothing to compare.
 */
export type Verdict = (typeof VERDICTS)[number];

/** One comparison of two windows. */
export interface DriftMeasure {
  readonly name: string;
  readonly kind: MeasureKind;
  /** Null where a window has nothing to compare. */
  readonly test: string | null;
  /** Null also for a test that has none. */
  readonly statistic: number | null;
  readonly pValue: number | null;
  /** In the kind's unit, at least 0. */
  readonly effect: number | null;
  /** Images compared. */
  readonly reference: number;
  readonly current: number;
  /** A rate, a median or the like of each window; null where there is none. */
  readonly from: number | null;
  readonly to: number | null;
  /** The kinds that moved most, of a mix. */
  readonly largest?: readonly { readonly name: string; readonly from: number; readonly to: number }[];
}

export interface JudgedMeasure extends DriftMeasure {
  /** For all measures together. */
  readonly adjusted: number | null;
  readonly threshold: number;
  readonly verdict: Verdict;
}

/** @throws HairlineError BAD_ARGUMENT for an alpha outside (0, 1) or a threshold that is negative or not finite */
export function checkRule({ alpha, thresholds }: DriftRule): void {
  if (!(alpha > 0 && alpha < 1)) {
    throw new HairlineError("BAD_ARGUMENT", `alpha is ${alpha}, not between 0 and 1.`, { field: "alpha" });
  }
  for (const kind of MEASURE_KINDS) {
    const threshold = thresholds[kind];
    if (threshold >= 0 && threshold < Infinity) continue;
    throw new HairlineError("BAD_ARGUMENT", `The threshold of a ${kind} is ${threshold}.`, { field: kind });
  }
}

function verdictOf(adjusted: number | null, { effect, kind }: DriftMeasure, rule: DriftRule): Verdict {
  if (adjusted === null || effect === null) return "untested";
  const sure = adjusted < rule.alpha;
  const large = effect >= rule.thresholds[kind];
  if (sure && large) return "alarm";
  if (sure) return "small";
  return large ? "unsure" : "steady";
}

/**
 * Verdicts of measures, p-values adjusted over those that were tested.
 *
 * @throws HairlineError BAD_ARGUMENT as `checkRule`; BAD_SHAPE for a p-value outside [0, 1]
 */
export function judgeMeasures(
  measures: readonly DriftMeasure[],
  rule: DriftRule = DEFAULT_RULE,
): JudgedMeasure[] {
  checkRule(rule);
  const tested = measures.filter(({ pValue }) => pValue !== null);
  const adjust = rule.correction === "holm" ? holmAdjusted : benjaminiHochbergAdjusted;
  const pValues = adjust(tested.map(({ pValue }) => pValue ?? 1));
  return measures.map((measure) => {
    const adjusted = pValues[tested.indexOf(measure)] ?? null;
    const threshold = rule.thresholds[measure.kind];
    return { ...measure, adjusted, threshold, verdict: verdictOf(adjusted, measure, rule) };
  });
}
