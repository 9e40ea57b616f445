import { type Estimate, toEstimate } from "../gates/index.ts";
import { cohenKappa } from "../selective/index.ts";
import {
  clopperPearsonInterval,
  clusterBootstrap,
  type Interval,
  type SumStatistic,
  sumByCluster,
  wilsonInterval,
} from "../statistics/index.ts";
import { OUTCOMES, type TriageCounts } from "../triage/index.ts";
import type { EvaluatedRows, MeasureSettings } from "./evaluated-rows.ts";

/**
 * A share with its intervals. `lower` and `upper` are of the bootstrap over patients; the other two take rows as
 * independent, and are too narrow where patients have several.
 */
export interface Proportion extends Estimate {
  readonly successes: number;
  readonly trials: number;
  readonly wilson: Interval | null;
  readonly clopperPearson: Interval | null;
}

/** A policy's outcomes against the labels. All but the first two and the last are of decided rows only. */
export interface Decisions {
  readonly counts: TriageCounts;
  /** Share decided. */
  readonly coverage: Proportion;
  readonly sensitivity: Proportion;
  readonly specificity: Proportion;
  readonly ppv: Proportion;
  readonly npv: Proportion;
  readonly accuracy: Proportion;
  readonly f1: Estimate;
  /** Cohen's, with the labels. */
  readonly kappa: Estimate;
  /** Cohen's kappa of forced readings of all rows, positive at p >= p_low, without abstention. */
  readonly forcedKappa: Estimate;
}

/** Columns added up by patient: counts of the outcome, then of the forced reading. */
const [TP, FP, TN, FN, INCONCLUSIVE, FORCED_TP, FORCED_FP, FORCED_TN, FORCED_FN] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8,
] as const;

type Share = readonly [successes: (at: Float64Array) => number, trials: (at: Float64Array) => number];

const SHARES = {
  coverage: [
    (at) => at[TP]! + at[FP]! + at[TN]! + at[FN]!,
    (at) => at[TP]! + at[FP]! + at[TN]! + at[FN]! + at[INCONCLUSIVE]!,
  ],
  sensitivity: [(at) => at[TP]!, (at) => at[TP]! + at[FN]!],
  specificity: [(at) => at[TN]!, (at) => at[TN]! + at[FP]!],
  ppv: [(at) => at[TP]!, (at) => at[TP]! + at[FP]!],
  npv: [(at) => at[TN]!, (at) => at[TN]! + at[FN]!],
  accuracy: [(at) => at[TP]! + at[TN]!, (at) => at[TP]! + at[FP]! + at[TN]! + at[FN]!],
} as const satisfies Record<string, Share>;

const OTHERS: readonly SumStatistic[] = [
  (at) => quotient(2 * at[TP]!, 2 * at[TP]! + at[FP]! + at[FN]!),
  (at) => cohenKappa({ tp: at[TP]!, fp: at[FP]!, tn: at[TN]!, fn: at[FN]! }),
  (at) => cohenKappa({ tp: at[FORCED_TP]!, fp: at[FORCED_FP]!, tn: at[FORCED_TN]!, fn: at[FORCED_FN]! }),
];

/** @param rows labelled, with outcomes */
export function measureDecisions(
  rows: EvaluatedRows & { readonly outcome: Uint8Array },
  settings: MeasureSettings,
): Decisions {
  const columns = countColumns(rows, Math.fround(settings.threshold));
  const totals = Float64Array.from(columns, (column) => column.reduce((sum, flag) => sum + flag, 0));
  const shares = Object.values(SHARES).map(
    ([successes, trials]): SumStatistic =>
      (at) =>
        quotient(successes(at), trials(at)),
  );
  const found = clusterBootstrap(sumByCluster(rows.cluster, columns), [...shares, ...OTHERS], settings);
  const proportion = (name: keyof typeof SHARES): Proportion => {
    const [successes, trials] = SHARES[name];
    const of = [successes(totals), trials(totals)] as const;
    return {
      ...toEstimate(found[Object.keys(SHARES).indexOf(name)]),
      successes: of[0],
      trials: of[1],
      wilson: wilsonInterval(...of, settings.confidence),
      clopperPearson: clopperPearsonInterval(...of, settings.confidence),
    };
  };
  const [f1, kappa, forcedKappa] = found.slice(shares.length).map(toEstimate) as [
    Estimate,
    Estimate,
    Estimate,
  ];
  return {
    counts: {
      tp: totals[TP]!,
      fp: totals[FP]!,
      tn: totals[TN]!,
      fn: totals[FN]!,
      inconclusive: totals[INCONCLUSIVE]!,
    },
    coverage: proportion("coverage"),
    sensitivity: proportion("sensitivity"),
    specificity: proportion("specificity"),
    ppv: proportion("ppv"),
    npv: proportion("npv"),
    accuracy: proportion("accuracy"),
    f1,
    kappa,
    forcedKappa,
  };
}

function countColumns(
  { label, outcome, probability }: EvaluatedRows & { readonly outcome: Uint8Array },
  threshold: number,
): Uint8Array[] {
  const flags = (is: (row: number) => boolean): Uint8Array =>
    Uint8Array.from(label, (_, row) => (is(row) ? 1 : 0));
  const [negative, positive, inconclusive] = [
    OUTCOMES.indexOf("negative"),
    OUTCOMES.indexOf("positive"),
    OUTCOMES.indexOf("inconclusive"),
  ];
  const isOne = (row: number): boolean => label[row] === 1;
  const flagged = (row: number): boolean => probability[row]! >= threshold;
  return [
    flags((row) => outcome[row] === positive && isOne(row)),
    flags((row) => outcome[row] === positive && !isOne(row)),
    flags((row) => outcome[row] === negative && !isOne(row)),
    flags((row) => outcome[row] === negative && isOne(row)),
    flags((row) => outcome[row] === inconclusive),
    flags((row) => flagged(row) && isOne(row)),
    flags((row) => flagged(row) && !isOne(row)),
    flags((row) => !flagged(row) && !isOne(row)),
    flags((row) => !flagged(row) && isOne(row)),
  ];
}

function quotient(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
