import type { Database } from "../db/index.ts";
import {
  sweepAxes,
  sweepCounts,
  type Policy,
  type SweepCounts,
  type SweepGrid,
  type TriageCounts,
  type TriageMetrics,
  configAt,
  countsAt,
  triageMetrics,
} from "../triage/index.ts";
import { areaColumn, type AlphaSource } from "./alpha-source.ts";
import { requireSweepFacts } from "./missing-facts.ts";
import { readRocAuc } from "./roc-auc.ts";
import { openSnapshot } from "./snapshot.ts";
import { noPredictions, resolveScope, type ReadingRequest, type ReadingScope } from "./scope.ts";
import { readSweepCube, type SweepCells, type SweepPlan } from "./sweep-cells.ts";

export interface SweepRequest extends ReadingRequest {
  readonly grid: SweepGrid;
}

/** Every config of a grid over the labelled images of one dataset and model. */
export interface SweepResult {
  readonly scope: ReadingScope;
  readonly grid: SweepGrid;
  /** Number of configs, the length of each count array. */
  readonly configs: number;
  /** shape [configs] each, in the order of `configAt`: alpha varies fastest, then area_max, entropy_max, p_low. */
  readonly counts: SweepCounts;
  /** Labelled images: all that the counts and metrics are about. */
  readonly labelled: { readonly positive: number; readonly negative: number };
  /** Scored images without a label, left out of every count. */
  readonly unlabelled: number;
  /** Of the probability alone; null when a class is absent. */
  readonly rocAuc: number | null;
  /** Where the areas at each of `grid.alpha` came from. */
  readonly alphaSource: readonly AlphaSource[];
}

/** One config of a sweep. */
export interface SweepRow {
  readonly policy: Policy;
  readonly counts: TriageCounts;
  readonly metrics: TriageMetrics;
}

/**
 * Sweeps a grid of policies over stored facts, exactly and without the network: one scan puts each image in the cell of
 * the thresholds it passes, suffix sums over the cells give every config. O(images + cells), not O(images x configs).
 *
 * @throws HairlineError DATASET_NOT_FOUND, MODEL_NOT_FOUND, NO_PREDICTIONS; BAD_THRESHOLD and BAD_ARGUMENT for the grid;
 *   FACTS_MISSING when a labelled image at or above the lowest p_low lacks a fact that a config gates on
 */
export async function sweep(request: SweepRequest): Promise<SweepResult> {
  const { grid } = request;
  const axes = sweepAxes(grid);
  const scope = await resolveScope(request);
  const read = await readSweep(request.database, { scope, axes, filter: request.filter });
  const labelled = { positive: sum(read.cube.positiveByP), negative: sum(read.cube.negativeByP) };
  if (labelled.positive + labelled.negative + read.unlabelled === 0)
    throw noPredictions(scope.dataset, scope.model);
  const counts = sweepCounts(axes, read.cube);
  return {
    scope,
    grid,
    configs: counts.tp.length,
    counts,
    labelled,
    unlabelled: read.unlabelled,
    rocAuc: read.rocAuc,
    alphaSource: alphaSources(grid, scope),
  };
}

async function readSweep(
  database: Database,
  plan: SweepPlan,
): Promise<SweepCells & { rocAuc: number | null }> {
  await using snapshot = await openSnapshot(database);
  const cells = await readSweepCube(snapshot.client, plan);
  if (cells.missing > 0) await requireSweepFacts(snapshot.client, plan);
  return { ...cells, rocAuc: await readRocAuc(snapshot.client, plan.scope, plan.filter) };
}

/** Config `index` of a sweep with its policy and metrics. */
export function sweepRow(result: SweepResult, index: number): SweepRow {
  const counts = countsAt(result.counts, index);
  return { policy: configAt(result.grid, index), counts, metrics: triageMetrics(counts) };
}

/** All configs of a sweep, one at a time: millions of them need no memory of their own. */
export function* sweepRows(result: SweepResult): Generator<SweepRow> {
  for (let index = 0; index < result.configs; index++) yield sweepRow(result, index);
}

function alphaSources(grid: SweepGrid, scope: ReadingScope): AlphaSource[] {
  if (grid.areaMax.every((value) => value === null)) return grid.alpha.map(() => "unused");
  return grid.alpha.map((alpha) => (areaColumn(scope.alphas, alpha) === null ? "grid" : "column"));
}

function sum(counts: Uint32Array): number {
  return counts.reduce((total, count) => total + count, 0);
}
