import { sweepRow, type SweepResult } from "../readings/index.ts";
import { type Export, type ExportCell, type ExportColumn, type ExportTable } from "./export-table.ts";

const count = (name: string, description: string): ExportColumn => ({
  name,
  type: "integer",
  nullable: false,
  description,
});
const metric = (name: string, description: string): ExportColumn => ({
  name,
  type: "double",
  nullable: true,
  description,
});

export const SWEEP_TABLE: ExportTable = {
  name: "sweep",
  description:
    "Each config of a sweep over the labelled images or studies; alpha varies fastest, then area_max, entropy_max, p_low.",
  columns: [
    { name: "p_low", type: "double", nullable: false, description: "A probability below it is negative." },
    {
      name: "entropy_max",
      type: "double",
      nullable: true,
      description: "CAM entropy a positive may have at most, in nats; null for no gate.",
    },
    {
      name: "area_max",
      type: "double",
      nullable: true,
      description: "CAM area a positive may have at most, in [0, 1]; null for no gate.",
    },
    { name: "alpha", type: "double", nullable: false, description: "Of the area, in [0, 1)." },
    count("tp", "Positive and labelled 1."),
    count("fp", "Positive and labelled 0."),
    count("tn", "Negative and labelled 0."),
    count("fn", "Negative and labelled 1."),
    count("inconclusive", "Deferred, whatever the label."),
    metric("coverage", "Decided share, in [0, 1]; null without labels, as are all metrics."),
    metric("inconclusive_rate", "1 - coverage."),
    metric("accuracy", "Right share of the decided; null when none is."),
    metric("precision", "Right share of the positive; null when none is."),
    metric("recall", "Share of the decided fractures that are positive; null when none is decided."),
    metric("f1", "2 tp / (2 tp + fp + fn); null when that is 0 / 0."),
    metric("overall_accuracy", "Right share of all labelled, inconclusive counted as wrong."),
  ],
};

/** The configs of a sweep, all or those chosen, in order. */
export function exportSweep(result: SweepResult, chosen?: readonly number[]): Export {
  async function* rows(): AsyncGenerator<ExportCell[]> {
    const configs = chosen?.length ?? result.configs;
    for (let at = 0; at < configs; at++) yield sweepCells(result, chosen?.[at] ?? at);
  }
  return { table: SWEEP_TABLE, rows: rows() };
}

function sweepCells(result: SweepResult, index: number): ExportCell[] {
  const { policy, counts, metrics } = sweepRow(result, index);
  return [
    policy.pLow,
    policy.entropyMax,
    policy.areaMax,
    policy.alpha,
    counts.tp,
    counts.fp,
    counts.tn,
    counts.fn,
    counts.inconclusive,
    metrics.coverage,
    metrics.inconclusiveRate,
    metrics.accuracy,
    metrics.precision,
    metrics.recall,
    metrics.f1,
    metrics.overallAccuracy,
  ];
}
