import { type Outcome, OUTCOMES } from "../triage/index.ts";
import type { BootstrapOptions } from "../statistics/index.ts";

/** Scored images or studies, in columns of shape [n]. */
export interface EvaluatedRows {
  /** 1 fracture, 0 none, -1 unknown. */
  readonly label: Int8Array;
  readonly probability: Float32Array;
  /** The patient's, or the study's where no patient is known. */
  readonly cluster: Float64Array;
  /** Under a policy, as a place in OUTCOMES; absent without one. */
  readonly outcome?: Uint8Array | undefined;
}

export interface MeasureSettings extends Required<Omit<BootstrapOptions, "method">> {
  /** What a forced reading calls positive, p >= threshold: the policy's p_low, or 0.5 without one. */
  readonly threshold: number;
  /** Selective risk to report the coverage at, in [0, 1]. */
  readonly risk: number;
  /** Coverage to report the selective risk at, in (0, 1]. */
  readonly coverage: number;
}

/** One row to evaluate. */
export interface EvaluatedRow {
  readonly label: 0 | 1 | null;
  readonly probability: number;
  readonly cluster: number;
  readonly outcome?: Outcome | undefined;
}

/** Rows added one by one and read as columns; numbers take 8 bytes each until then. */
export interface RowCollector {
  add(row: EvaluatedRow): void;
  /** All rows must have an outcome, or none. */
  columns(): EvaluatedRows;
}

export function collectRows(): RowCollector {
  const label: number[] = [];
  const probability: number[] = [];
  const cluster: number[] = [];
  const outcome: number[] = [];
  return {
    add(row) {
      label.push(row.label ?? -1);
      probability.push(row.probability);
      cluster.push(row.cluster);
      if (row.outcome !== undefined) outcome.push(OUTCOMES.indexOf(row.outcome));
    },
    columns: () => ({
      label: Int8Array.from(label),
      probability: Float32Array.from(probability),
      cluster: Float64Array.from(cluster),
      outcome: outcome.length === 0 ? undefined : Uint8Array.from(outcome),
    }),
  };
}
