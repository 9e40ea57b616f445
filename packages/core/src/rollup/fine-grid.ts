import type { SweepAxes } from "../triage/index.ts";

/** Raised with every change of the grid or of how cells are numbered: counts of another version are made anew. */
export const ROLLUP_GRID = 1;

/** start, start + 1 / divisor, ... as float32: the thresholds that decimals of that step round to. */
function steps(last: number, divisor: number): readonly number[] {
  return Array.from({ length: last + 1 }, (_, index) => Math.fround(index / divisor));
}

/** The thresholds a rollup can answer. All ascending, float32. */
export const FINE_THRESHOLDS = {
  /** 0.00 to 1.00 by 0.01. */
  p: steps(100, 100),
  /** 0.0 to 5.5 nats by 0.1: the entropy of 15 x 15 cells is at most 5.42. */
  entropy: steps(55, 10),
  /** 0.00 to 1.00 by 0.05. */
  area: steps(20, 20),
} as const;

/**
 * Cells of one alpha, row-major [p, entropy, area]. A row with p at the first n p_low is at p = n - 1 (0 is always
 * reached). Its entropy is DEGENERATE, MISSING, or FIRST_ENTROPY + the number of entropy_max it keeps to; its area
 * MISSING_AREA, or FIRST_AREA + the number of area_max it keeps to.
 */
export const DEGENERATE = 0;
export const MISSING = 1;
export const FIRST_ENTROPY = 2;
export const MISSING_AREA = 0;
export const FIRST_AREA = 1;

export const FINE_SHAPE = {
  p: FINE_THRESHOLDS.p.length,
  entropy: FIRST_ENTROPY + FINE_THRESHOLDS.entropy.length + 1,
  area: FIRST_AREA + FINE_THRESHOLDS.area.length + 1,
} as const;

/** 137,057 cells an alpha; with five alphas they answer 633,270 configs. */
export const FINE_CELLS = FINE_SHAPE.p * FINE_SHAPE.entropy * FINE_SHAPE.area;

/** Whether every threshold of a sweep is one of the grid's, so that its cells are sums of the grid's cells. */
export function isAligned({ p, entropy, area }: SweepAxes): boolean {
  const within = (thresholds: readonly number[], fine: readonly number[]): boolean => {
    const known = new Set(fine);
    return thresholds.every((threshold) => known.has(threshold));
  };
  return (
    within(p.thresholds, FINE_THRESHOLDS.p) &&
    within(entropy.thresholds, FINE_THRESHOLDS.entropy) &&
    within(area.thresholds, FINE_THRESHOLDS.area)
  );
}
