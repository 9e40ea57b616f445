import { emptySweepCube, type Axis, type SweepAxes, type SweepCube } from "../triage/index.ts";
import type { FineCells } from "./fine-counts.ts";
import { FINE_SHAPE, FINE_THRESHOLDS, MISSING, MISSING_AREA } from "./fine-grid.ts";

export interface FineSums {
  readonly cube: SweepCube;
  /** Labelled predictions at or above the lowest p_low that lack a fact the sweep gates on, counted for each alpha. */
  readonly missing: number;
}

/** Levels of a sweep's cap axis by how many of the grid's thresholds a row keeps to. shape [fine + 1] */
function capLevels({ thresholds, hasNone }: Axis, fine: readonly number[]): Int32Array {
  const asked = new Set(thresholds);
  const levels = new Int32Array(fine.length + 1);
  levels[0] = hasNone ? 1 : 0;
  for (let kept = 1; kept <= fine.length; kept++) {
    // Keeping to one more means keeping to the next lower one.
    const threshold = fine[fine.length - kept] ?? Number.NaN;
    levels[kept] = (levels[kept - 1] ?? 0) + (asked.has(threshold) ? 1 : 0);
  }
  return levels;
}

interface CodeLevels {
  /** shape [FINE_SHAPE.p]; number of the sweep's p_low reached. */
  readonly p: Int32Array;
  /** shape [FINE_SHAPE.entropy]; level passed, 0 for none. */
  readonly entropy: Int32Array;
  /** shape [FINE_SHAPE.area] */
  readonly area: Int32Array;
}

function codeLevels({ p, entropy, area }: SweepAxes): CodeLevels {
  const none = (axis: Axis): number => (axis.hasNone ? 1 : 0);
  return {
    p: Int32Array.from(FINE_THRESHOLDS.p, (reached) => p.thresholds.filter((each) => each <= reached).length),
    entropy: Int32Array.from([0, none(entropy), ...capLevels(entropy, FINE_THRESHOLDS.entropy)]),
    area: Int32Array.from([none(area), ...capLevels(area, FINE_THRESHOLDS.area)]),
  };
}

/**
 * The cells of an aligned sweep as sums of the grid's cells. O(fine cells x alphas).
 *
 * @param alphas shape [alphas of the sweep]; their fine cells
 */
export function fineToCube(axes: SweepAxes, alphas: readonly FineCells[]): FineSums {
  const cube = emptySweepCube(axes);
  const levels = codeLevels(axes);
  let missing = 0;
  for (const [alpha, cells] of alphas.entries()) {
    const sums = { axes, alpha, levels };
    missing += addFine(cells.positive, { ...sums, cells: cube.positive, byP: cube.positiveByP });
    missing += addFine(cells.negative, { ...sums, cells: cube.negative, byP: cube.negativeByP });
  }
  return { cube, missing };
}

interface FineTarget {
  readonly axes: SweepAxes;
  readonly alpha: number;
  readonly levels: CodeLevels;
  readonly cells: Uint32Array;
  readonly byP: Uint32Array;
}

/** @returns how many lack a fact */
function addFine(fine: Int32Array, { axes, alpha, levels, cells, byP }: FineTarget): number {
  const entropyGated = axes.entropy.thresholds.length > 0;
  const areaGated = axes.area.thresholds.length > 0;
  const { p, entropy, area } = axes;
  let missing = 0;
  let at = 0;
  for (const pLevel of levels.p) {
    for (let entropyCode = 0; entropyCode < FINE_SHAPE.entropy; entropyCode++) {
      const entropyLevel = levels.entropy[entropyCode] ?? 0;
      const base =
        ((alpha * p.levelCount + pLevel - 1) * entropy.levelCount + entropyLevel - 1) * area.levelCount;
      const lacksEntropy = entropyGated && entropyCode === MISSING;
      for (let areaCode = 0; areaCode < FINE_SHAPE.area; areaCode++, at++) {
        const count = fine[at] ?? 0;
        if (count === 0) continue;
        // Every alpha has every row: the first one's are counted.
        if (alpha === 0) byP[pLevel] = (byP[pLevel] ?? 0) + count;
        if (pLevel === 0 || entropyCode < MISSING) continue;
        const areaLevel = areaGated ? (levels.area[areaCode] ?? 0) : 1;
        if (lacksEntropy || (areaGated && areaCode === MISSING_AREA)) missing += count;
        if (entropyLevel === 0 || areaLevel === 0) continue;
        const cell = base + areaLevel - 1;
        cells[cell] = (cells[cell] ?? 0) + count;
      }
    }
  }
  return missing;
}
