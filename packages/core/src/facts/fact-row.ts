/** Codes of a label in `FactRow`. */
export const UNLABELLED = 2;

/** One prediction as a scan reads it; the same object for every row. NaN where a fact is missing. */
export interface FactRow {
  /** 1 fracture, 0 none, UNLABELLED. */
  label: number;
  /** float32, in [0, 1]. */
  probability: number;
  degenerate: boolean;
  /** float32, in nats; NaN also when the scan does not read it. */
  entropy: number;
  /** shape [area columns read]; float32. */
  readonly areas: Float64Array;
  /** shape [cells] of this row only; empty when there is no grid or the scan does not read it. */
  grid: Float32Array;
}

/** What a scan reads besides label, probability and degenerate. */
export interface FactColumns {
  readonly entropy: boolean;
  /** Which of area_1 to area_8. */
  readonly areas: readonly number[];
  readonly grid: boolean;
}

export function emptyFactRow(columns: FactColumns): FactRow {
  return {
    label: UNLABELLED,
    probability: 0,
    degenerate: false,
    entropy: Number.NaN,
    areas: new Float64Array(columns.areas.length).fill(Number.NaN),
    grid: new Float32Array(0),
  };
}
