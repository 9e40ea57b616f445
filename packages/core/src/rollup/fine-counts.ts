import { UNLABELLED, type FactRow } from "../facts/index.ts";
import { LevelLookup } from "../triage/index.ts";
import {
  DEGENERATE,
  FINE_CELLS,
  FINE_SHAPE,
  FINE_THRESHOLDS,
  FIRST_AREA,
  FIRST_ENTROPY,
  MISSING,
  MISSING_AREA,
} from "./fine-grid.ts";

const P = new LevelLookup(FINE_THRESHOLDS.p);
const ENTROPY = new LevelLookup(FINE_THRESHOLDS.entropy);
const AREA = new LevelLookup(FINE_THRESHOLDS.area);

/** Labelled predictions of one alpha by cell of the fine grid. shape [FINE_CELLS] each. */
export interface FineCells {
  readonly positive: Int32Array;
  readonly negative: Int32Array;
}

export function emptyFineCells(): FineCells {
  return { positive: new Int32Array(FINE_CELLS), negative: new Int32Array(FINE_CELLS) };
}

/** Predictions of one model and dataset by cell of the fine grid, at each alpha of the model. */
export class FineCounts {
  /** shape [alphas], one also for a model without. */
  readonly alphas: readonly FineCells[];
  unlabelled = 0;

  constructor(alphas: readonly FineCells[]) {
    this.alphas = alphas;
  }

  static empty(alphas: number): FineCounts {
    return new FineCounts(Array.from({ length: alphas }, emptyFineCells));
  }

  /** Counts a prediction, or with sign -1 one less. @param row areas of shape [alphas] */
  add(row: FactRow, sign: 1 | -1): void {
    if (row.label === UNLABELLED) {
      this.unlabelled += sign;
      return;
    }
    const base =
      ((P.countAtMost(row.probability) - 1) * FINE_SHAPE.entropy + entropyCode(row)) * FINE_SHAPE.area;
    const positive = row.label === 1;
    for (let index = 0; index < this.alphas.length; index++) {
      const area = row.areas[index] ?? Number.NaN;
      const cell = base + (Number.isNaN(area) ? MISSING_AREA : FIRST_AREA + AREA.countAtLeast(area));
      const cells = positive ? this.alphas[index]?.positive : this.alphas[index]?.negative;
      if (cells !== undefined) cells[cell] = (cells[cell] ?? 0) + sign;
    }
  }
}

function entropyCode({ degenerate, entropy }: FactRow): number {
  if (degenerate) return DEGENERATE;
  return Number.isNaN(entropy) ? MISSING : FIRST_ENTROPY + ENTROPY.countAtLeast(entropy);
}
