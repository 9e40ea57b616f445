import type { Database } from "../db/index.ts";
import { camAreaRatio } from "../explain/index.ts";
import { scanFacts, UNLABELLED, type FactQuery, type FactRow } from "../facts/index.ts";
import { RankedArea } from "../selective/index.ts";
import { CubeCounter, type SweepCube } from "../triage/index.ts";
import type { Snapshot } from "./snapshot.ts";
import { planAlphas, planScan, type AlphaPlan, type SweepPlan } from "./sweep-plan.ts";

export interface SweepCells {
  readonly cube: SweepCube;
  /** Scored images without a label. */
  readonly unlabelled: number;
  /** More than 0 when labelled images at or above the lowest p_low lack a fact that the sweep gates on. */
  readonly missing: number;
  /** Undefined when it was not asked for. */
  readonly rocAuc: number | null | undefined;
}

export interface SweepScan {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly plan: SweepPlan;
  /** Whether to rank the probabilities too. */
  readonly rocAuc: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Counts the images of a sweep by cell, and ranks them, in one scan. */
export async function scanSweepCells(scan: SweepScan): Promise<SweepCells> {
  const { database, snapshot, plan, signal } = scan;
  const query = await planScan(plan, snapshot);
  const tally = new SweepTally(plan, query, scan.rocAuc);
  await scanFacts({ database, snapshot, query, signal, onRow: (row) => tally.add(row) });
  return tally.cells();
}

class SweepTally {
  readonly #counter: CubeCounter;
  readonly #ranked: RankedArea | undefined;
  readonly #alphas: AlphaPlan;
  readonly #columns: FactQuery["columns"];
  readonly #lowestP: number;
  /** The row as the counter takes it, areas in the order of the sweep's alphas. */
  readonly #counted: {
    positive: boolean;
    probability: number;
    degenerate: boolean;
    entropy: number;
    areas: Float64Array;
  };
  #unlabelled = 0;
  #missing = 0;

  constructor(plan: SweepPlan, query: FactQuery, rocAuc: boolean) {
    this.#counter = new CubeCounter(plan.axes);
    this.#ranked = rocAuc ? new RankedArea() : undefined;
    this.#alphas = planAlphas(plan);
    this.#columns = query.columns;
    this.#lowestP = query.gridFrom;
    const areas = new Float64Array(this.#alphas.columns.length + this.#alphas.fromGrid.length);
    this.#counted = { positive: false, probability: 0, degenerate: false, entropy: Number.NaN, areas };
  }

  add(row: FactRow): void {
    if (row.label === UNLABELLED) {
      this.#unlabelled += 1;
      return;
    }
    const counted = this.#counted;
    counted.positive = row.label === 1;
    counted.probability = row.probability;
    counted.degenerate = row.degenerate;
    counted.entropy = row.entropy;
    this.#ranked?.add(row.probability, counted.positive);
    const needsFacts = row.probability >= this.#lowestP && !row.degenerate;
    if (needsFacts) this.#readAreas(row);
    this.#counter.add(counted);
  }

  #readAreas(row: FactRow): void {
    const { columns, fromGrid } = this.#alphas;
    const { areas } = this.#counted;
    let lacks = this.#columns.entropy && Number.isNaN(row.entropy);
    for (let index = 0; index < columns.length; index++) {
      const area = row.areas[index] ?? Number.NaN;
      areas[columns[index]?.position ?? 0] = area;
      lacks ||= Number.isNaN(area);
    }
    if (fromGrid.length > 0) {
      lacks ||= row.grid.length === 0;
      // As cam_area and the stored areas: rounded to float32.
      for (const { alpha, position } of fromGrid)
        areas[position] = Math.fround(camAreaRatio(row.grid, alpha) ?? Number.NaN);
    }
    if (lacks) this.#missing += 1;
  }

  cells(): SweepCells {
    return {
      cube: this.#counter.cube,
      unlabelled: this.#unlabelled,
      missing: this.#missing,
      rocAuc: this.#ranked?.rocAuc(),
    };
  }
}
