import type { Database } from "../db/index.ts";
import { takesAll } from "../facts/index.ts";
import { compactRollup, fineToCube, isAligned, readRollup, type RollupScope } from "../rollup/index.ts";
import type { Snapshot } from "./snapshot.ts";
import type { SweepCells } from "./sweep-cells.ts";
import { planAlphas, type SweepPlan } from "./sweep-plan.ts";

/** Waiting changes that a sweep adds in memory, in a few ms; with more it has them kept first. */
const MANY_CHANGES = 64;

export function rollupScope({ scope }: SweepPlan): RollupScope {
  return { modelId: scope.modelId, datasetId: scope.datasetId, alphaCount: scope.alphas.length };
}

/** Whether the rollup can answer: all thresholds are of its grid, all images are asked for, no CAM has to be read. */
export function isRolledUp(plan: SweepPlan): boolean {
  return (
    takesAll(plan.filter) &&
    plan.labelSource === "image" &&
    isAligned(plan.axes) &&
    planAlphas(plan).fromGrid.length === 0
  );
}

/** Keeps the rollup short, so that the sweeps after it need not add the same changes again. */
export async function shortenRollup(
  database: Database,
  plan: SweepPlan,
  signal?: AbortSignal,
): Promise<void> {
  const scope = rollupScope(plan);
  const { rowCount } = await database.pool.query(
    "select from fact_change where model_id = $1 and dataset_id = $2 limit $3",
    [scope.modelId, scope.datasetId, MANY_CHANGES + 1],
  );
  if ((rowCount ?? 0) > MANY_CHANGES) await compactRollup(database, scope, signal);
}

/** The cells of a sweep from the rollup; undefined when that is of another release. */
export async function readRolledUpCells(
  { client }: Snapshot,
  plan: SweepPlan,
): Promise<Omit<SweepCells, "rocAuc"> | undefined> {
  const alphas = alphaIndices(plan);
  const reading = await readRollup(client, rollupScope(plan), alphas);
  if (reading === undefined) return undefined;
  const cells = alphas.flatMap((index) => reading.counts.alphas[index] ?? []);
  return { ...fineToCube(plan.axes, cells), unlabelled: reading.counts.unlabelled };
}

/** shape [alphas of the sweep]; the index of each among the model's. Without an area gate any has every row. */
function alphaIndices(plan: SweepPlan): number[] {
  const { columns } = planAlphas(plan);
  if (columns.length === 0) return [0];
  return columns.toSorted((a, b) => a.position - b.position).map(({ column }) => column - 1);
}
