import type { FlaggedFacts } from "../../src/gates/index.ts";

export interface FlaggedRow {
  readonly p: number;
  readonly label: 0 | 1;
  readonly entropy?: number | null;
  readonly area?: number | null;
  readonly degenerate?: boolean;
  /** Default: a patient of its own. */
  readonly patient?: number;
}

/** Flagged images in columns; the area is at alpha 0.5. */
export function flaggedFacts(rows: readonly FlaggedRow[]): FlaggedFacts {
  const column = (of: (row: FlaggedRow) => number | null | undefined): Float32Array =>
    Float32Array.from(rows, (row) => of(row) ?? Number.NaN);
  return {
    probability: column((row) => row.p),
    label: Uint8Array.from(rows, (row) => row.label),
    cluster: Float64Array.from(rows, (row, at) => row.patient ?? at),
    entropy: column((row) => row.entropy),
    entropyNormalized: column((row) => (row.entropy == null ? null : row.entropy / 4)),
    degenerate: Uint8Array.from(rows, (row) => (row.degenerate === true ? 1 : 0)),
    area: new Map([[0.5, column((row) => row.area)]]),
  };
}
