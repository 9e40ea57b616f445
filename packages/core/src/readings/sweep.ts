import { type FactFilter, type LabelSource } from "../facts/index.ts";
import { readFactsVersion } from "../rollup/index.ts";
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
import { keepRocAuc, readKeptRocAuc } from "./kept-roc-auc.ts";
import { requireSweepFacts } from "./missing-facts.ts";
import { isRolledUp, readRolledUpCells, rollupScope, shortenRollup } from "./rollup-cells.ts";
import { snapshotOf, type Snapshot } from "./snapshot.ts";
import { noPredictions, resolveScope, type ReadingRequest, type ReadingScope } from "./scope.ts";
import { scanSweepCells, type SweepCells } from "./sweep-cells.ts";
import { planAlphas, type SweepPlan } from "./sweep-plan.ts";

export interface SweepRequest extends ReadingRequest {
  readonly grid: SweepGrid;
}

export interface ImageSweepRequest extends SweepRequest {
  readonly filter?: FactFilter | undefined;
  /** Whose label an image is compared with. Default its own. */
  readonly labelSource?: LabelSource | undefined;
  /** Whether to compute the ROC area, which a rollup does not hold. Default true; the result's is null without. */
  readonly rocAuc?: boolean | undefined;
  /** Reads the predictions also where the rollup could answer. Default false. */
  readonly scan?: boolean | undefined;
  /** Cancels the sweep, on the server too. */
  readonly signal?: AbortSignal | undefined;
  /** What to read the facts from, so that the caller can read more of the same; opened with the signal. Default its own. */
  readonly snapshot?: Snapshot | undefined;
}

/** What the counts of a sweep were read from: kept counts; one scan of the predictions; a scan that counted CAM cells. */
export const SWEEP_SOURCES = ["rollup", "scan", "grid"] as const;
export type SweepSource = (typeof SWEEP_SOURCES)[number];

export interface ImageSweepResult extends SweepResult {
  readonly source: SweepSource;
  /** Of the facts read: with the same request and version, a sweep has the same result. */
  readonly factsVersion: number;
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
 * the thresholds it passes, suffix sums over the cells give every config. O(images + cells), not O(images x configs);
 * where all thresholds are of the rollup's grid and no filter is set, O(cells).
 *
 * @throws HairlineError DATASET_NOT_FOUND, MODEL_NOT_FOUND, NO_PREDICTIONS; BAD_THRESHOLD and BAD_ARGUMENT for the grid;
 *   FACTS_MISSING when a labelled image at or above the lowest p_low lacks a fact that a config gates on; the signal's
 *   reason when it aborts
 */
export async function sweep(request: ImageSweepRequest): Promise<ImageSweepResult> {
  const { grid } = request;
  const axes = sweepAxes(grid);
  const scope = await resolveScope(request);
  const plan = { scope, axes, filter: request.filter ?? {}, labelSource: request.labelSource ?? "image" };
  const read = await readSweep(request, plan);
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
    rocAuc: read.rocAuc ?? null,
    alphaSource: alphaSources(grid, scope),
    source: read.source,
    factsVersion: read.factsVersion,
  };
}

interface SweepReading extends SweepCells, Ranking {
  readonly source: SweepSource;
  readonly factsVersion: number;
  readonly rocAuc: number | null | undefined;
}

async function readSweep(request: ImageSweepRequest, plan: SweepPlan): Promise<SweepReading> {
  const { database, signal } = request;
  signal?.throwIfAborted();
  const rolledUp = request.scan !== true && isRolledUp(plan);
  // Not beside a snapshot of the caller's: a pool of one connection would wait for itself.
  const alone = request.snapshot === undefined;
  if (rolledUp && alone) await shortenRollup(database, plan, signal);
  const read = await readSnapshot(request, plan, rolledUp).catch((error: unknown) => {
    // What a cancelled statement rejects with is an echo of the abort.
    throw signal?.aborted === true ? signal.reason : error;
  });
  if (read.newlyRanked && alone)
    await keepRocAuc(database, plan.scope, { ...read, rocAuc: read.rocAuc ?? null });
  return read;
}

async function readSnapshot(
  request: ImageSweepRequest,
  plan: SweepPlan,
  rolledUp: boolean,
): Promise<SweepReading> {
  await using snapshot = await snapshotOf(request);
  const factsVersion = await readFactsVersion(snapshot.client, rollupScope(plan));
  const kept = rolledUp ? await readRolledUpCells(snapshot, plan) : undefined;
  const read =
    kept === undefined
      ? await scanCells(request, plan, snapshot)
      : {
          ...kept,
          ...(await rankKept(request, plan, { snapshot, factsVersion })),
          source: "rollup" as const,
        };
  if (read.missing > 0) await requireSweepFacts(snapshot, plan);
  return { ...read, factsVersion };
}

async function scanCells(
  { database, signal, rocAuc = true }: ImageSweepRequest,
  plan: SweepPlan,
  snapshot: Snapshot,
): Promise<Omit<SweepReading, "factsVersion">> {
  const cells = await scanSweepCells({ database, snapshot, plan, signal, rocAuc });
  return { ...cells, newlyRanked: false, source: planAlphas(plan).fromGrid.length > 0 ? "grid" : "scan" };
}

interface Ranking {
  readonly rocAuc: number | null | undefined;
  /** Whether it was computed rather than found. */
  readonly newlyRanked: boolean;
}

/** The ROC area of all images: as kept, or from a scan of the probabilities alone. */
async function rankKept(
  { database, signal, rocAuc = true }: ImageSweepRequest,
  plan: SweepPlan,
  { snapshot, factsVersion }: { snapshot: Snapshot; factsVersion: number },
): Promise<Ranking> {
  if (!rocAuc) return { rocAuc: undefined, newlyRanked: false };
  const kept = await readKeptRocAuc(snapshot.client, plan.scope, factsVersion);
  if (kept !== undefined) return { rocAuc: kept.rocAuc, newlyRanked: false };
  const ungated = {
    ...plan,
    axes: sweepAxes({ pLow: [0], entropyMax: [null], areaMax: [null], alpha: [0.5] }),
  };
  const ranked = await scanSweepCells({ database, snapshot, plan: ungated, signal, rocAuc });
  return { rocAuc: ranked.rocAuc, newlyRanked: true };
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
