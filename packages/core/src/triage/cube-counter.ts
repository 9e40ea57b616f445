import { LevelLookup } from "./level-lookup.ts";
import { cellsPerAlpha, emptySweepCube, type SweepAxes, type SweepCube } from "./sweep-cube.ts";

/** The facts of one labelled row; NaN where a fact is missing. */
export interface CountedFacts {
  readonly positive: boolean;
  readonly probability: number;
  readonly degenerate: boolean;
  readonly entropy: number;
  /** shape [alphas of the sweep]; empty when no config has an area gate. */
  readonly areas: Float64Array;
}

/**
 * Puts labelled rows into the cells of a sweep, one at a time and in any order: `sweepCounts` turns the cube into the
 * counts of every config. What a row adds does not depend on the number of configs.
 */
export class CubeCounter {
  readonly cube: SweepCube;
  readonly #p: LevelLookup;
  readonly #entropy: LevelLookup;
  readonly #area: LevelLookup;
  readonly #entropyNone: number;
  readonly #areaNone: number;
  readonly #entropyLevels: number;
  readonly #areaLevels: number;
  readonly #perAlpha: number;

  constructor(axes: SweepAxes) {
    this.cube = emptySweepCube(axes);
    this.#p = new LevelLookup(axes.p.thresholds);
    this.#entropy = new LevelLookup(axes.entropy.thresholds);
    this.#area = new LevelLookup(axes.area.thresholds);
    this.#entropyNone = axes.entropy.hasNone ? 1 : 0;
    this.#areaNone = axes.area.hasNone ? 1 : 0;
    this.#entropyLevels = axes.entropy.levelCount;
    this.#areaLevels = axes.area.levelCount;
    this.#perAlpha = cellsPerAlpha(axes);
  }

  add(row: CountedFacts): void {
    const { cube } = this;
    const pLevel = this.#p.countAtMost(row.probability);
    const byP = row.positive ? cube.positiveByP : cube.negativeByP;
    byP[pLevel] = (byP[pLevel] ?? 0) + 1;
    if (pLevel === 0 || row.degenerate) return;
    const entropyLevel =
      this.#entropyNone + (Number.isNaN(row.entropy) ? 0 : this.#entropy.countAtLeast(row.entropy));
    if (entropyLevel === 0) return;
    const cells = row.positive ? cube.positive : cube.negative;
    const base = ((pLevel - 1) * this.#entropyLevels + entropyLevel - 1) * this.#areaLevels;
    const { areas } = row;
    // Without an area gate the cube has one alpha, and every row passes.
    if (areas.length === 0) cells[base] = (cells[base] ?? 0) + 1;
    for (let alpha = 0; alpha < areas.length; alpha++) {
      const area = areas[alpha] ?? Number.NaN;
      const areaLevel = this.#areaNone + (Number.isNaN(area) ? 0 : this.#area.countAtLeast(area));
      if (areaLevel === 0) continue;
      const cell = alpha * this.#perAlpha + base + areaLevel - 1;
      cells[cell] = (cells[cell] ?? 0) + 1;
    }
  }
}
