import { HairlineError } from "../errors.ts";
import { type AlphaAxis, alphaAxis, type Axis, capAxis, floorAxis, singleAlpha } from "./axis.ts";
import { configCount, type SweepGrid } from "./grid.ts";
import type { TriageCounts } from "./metrics.ts";
import { prefixSums, suffixSums } from "./suffix-sums.ts";

/** The distinct levels of a sweep's four axes. */
export interface SweepAxes {
  readonly p: Axis;
  readonly entropy: Axis;
  readonly area: Axis;
  readonly alpha: AlphaAxis;
}

/** @throws HairlineError BAD_THRESHOLD or BAD_ARGUMENT as `configCount` */
export function sweepAxes(grid: SweepGrid): SweepAxes {
  configCount(grid);
  const area = capAxis(grid.areaMax);
  return {
    p: floorAxis(grid.pLow),
    entropy: capAxis(grid.entropyMax),
    area,
    // Without an area gate every alpha asks the same: one slice of the cube answers all.
    alpha: area.thresholds.length === 0 ? singleAlpha(grid.alpha) : alphaAxis(grid.alpha),
  };
}

/**
 * Labelled rows counted by the thresholds they pass. A row that passes p of the p_low, e of the entropy_max and a of
 * the area_max levels at alpha k, all at least 1, is in cell ((k*P + p-1)*E + e-1)*A + a-1.
 */
export interface SweepCube {
  /** shape [alpha, P, E, A]; rows labelled 1. */
  readonly positive: Uint32Array;
  /** shape [alpha, P, E, A]; rows labelled 0. */
  readonly negative: Uint32Array;
  /** shape [P + 1]; rows labelled 1 by number of p_low they reach. */
  readonly positiveByP: Uint32Array;
  /** shape [P + 1]; rows labelled 0 by number of p_low they reach. */
  readonly negativeByP: Uint32Array;
}

/** Number of cells of one alpha. */
export function cellsPerAlpha(axes: SweepAxes): number {
  return axes.p.levelCount * axes.entropy.levelCount * axes.area.levelCount;
}

export function emptySweepCube(axes: SweepAxes): SweepCube {
  const cells = cellsPerAlpha(axes) * axes.alpha.alphas.length;
  return {
    positive: new Uint32Array(cells),
    negative: new Uint32Array(cells),
    positiveByP: new Uint32Array(axes.p.levelCount + 1),
    negativeByP: new Uint32Array(axes.p.levelCount + 1),
  };
}

/** Counts per config, shape [configs] each, in the order of `configAt`. */
export interface SweepCounts {
  readonly tp: Uint32Array;
  readonly fp: Uint32Array;
  readonly tn: Uint32Array;
  readonly fn: Uint32Array;
  readonly inconclusive: Uint32Array;
}

function emptyCounts(count: number): SweepCounts {
  return {
    tp: new Uint32Array(count),
    fp: new Uint32Array(count),
    tn: new Uint32Array(count),
    fn: new Uint32Array(count),
    inconclusive: new Uint32Array(count),
  };
}

/** Config by config, the cell whose suffix sum counts its positives, with the p_low level. */
function* configCells(axes: SweepAxes): Generator<{ cell: number; pLevel: number }> {
  const perAlpha = cellsPerAlpha(axes);
  for (const pLevel of axes.p.levels) {
    for (const entropyLevel of axes.entropy.levels) {
      const row = pLevel * axes.entropy.levelCount + entropyLevel;
      for (const areaLevel of axes.area.levels) {
        const cell = row * axes.area.levelCount + areaLevel;
        for (const alphaLevel of axes.alpha.levels) yield { cell: alphaLevel * perAlpha + cell, pLevel };
      }
    }
  }
}

/**
 * The counts of every config of the sweep, exact: a config's positives are a suffix sum of the cube, its negatives a
 * prefix sum over p, the rest is inconclusive. O(cells + configs); the cube is used up.
 */
export function sweepCounts(axes: SweepAxes, cube: SweepCube): SweepCounts {
  const shape = [axes.p.levelCount, axes.entropy.levelCount, axes.area.levelCount] as const;
  suffixSums(cube.positive, shape);
  suffixSums(cube.negative, shape);
  const missed = prefixSums(cube.positiveByP);
  const cleared = prefixSums(cube.negativeByP);
  const labelled = (missed.at(-1) ?? 0) + (cleared.at(-1) ?? 0);
  const alphaCount = axes.alpha.levels.length;
  const counts = emptyCounts(
    axes.p.levels.length * axes.entropy.levels.length * axes.area.levels.length * alphaCount,
  );
  let at = 0;
  for (const { cell, pLevel } of configCells(axes)) {
    const tp = cube.positive[cell] ?? 0;
    const fp = cube.negative[cell] ?? 0;
    // pLevel + 1: a row that reaches only pLevel of the p_low levels is below the one after them.
    const fn = missed[pLevel + 1] ?? 0;
    const tn = cleared[pLevel + 1] ?? 0;
    counts.tp[at] = tp;
    counts.fp[at] = fp;
    counts.fn[at] = fn;
    counts.tn[at] = tn;
    counts.inconclusive[at] = labelled - tp - fp - fn - tn;
    at += 1;
  }
  return counts;
}

/** @throws HairlineError BAD_SHAPE when there is no such config */
export function countsAt(counts: SweepCounts, index: number): TriageCounts {
  const tp = counts.tp[index];
  const fp = counts.fp[index];
  const tn = counts.tn[index];
  const fn = counts.fn[index];
  const inconclusive = counts.inconclusive[index];
  if (
    tp === undefined ||
    fp === undefined ||
    tn === undefined ||
    fn === undefined ||
    inconclusive === undefined
  ) {
    throw new HairlineError("BAD_SHAPE", `The sweep has no config ${index}.`);
  }
  return { tp, fp, tn, fn, inconclusive };
}
