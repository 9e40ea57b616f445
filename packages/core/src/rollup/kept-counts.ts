import type pg from "pg";
import { emptyFineCells, FineCounts, type FineCells } from "./fine-counts.ts";
import { ROLLUP_GRID } from "./fine-grid.ts";
import { packCounts, unpackCounts } from "./pack-counts.ts";
import { cubeCount, type RollupScope } from "./scope.ts";

export interface RollupHead {
  /** Version of the grid the cells are on. */
  readonly grid: number;
  readonly unlabelled: number;
}

/** @returns undefined when nothing was kept yet */
export async function readHead(client: pg.ClientBase, scope: RollupScope): Promise<RollupHead | undefined> {
  const { rows } = await client.query<RollupHead>(
    "select grid, unlabelled from rollup where model_id = $1 and dataset_id = $2",
    [scope.modelId, scope.datasetId],
  );
  return rows[0];
}

/** Makes the head of a rollup, with nothing counted, where there is none and the dataset still exists. */
export async function makeHead(client: pg.ClientBase | pg.Pool, scope: RollupScope): Promise<void> {
  await client.query(
    `insert into rollup (model_id, dataset_id, grid)
     select $1, id, $3 from dataset where id = $2
     on conflict do nothing`,
    [scope.modelId, scope.datasetId, ROLLUP_GRID],
  );
}

interface PackedCells {
  readonly position: number;
  readonly positive: Buffer;
  readonly negative: Buffer;
}

/** The counts without what waits; none where nothing was kept yet. */
export async function readKept(
  client: pg.ClientBase,
  scope: RollupScope,
  alphas?: readonly number[],
): Promise<FineCounts> {
  const { rows } = await client.query<PackedCells>(
    `select position, positive, negative from rollup_cells
     where model_id = $1 and dataset_id = $2 and ($3::smallint[] is null or position = any ($3))`,
    [scope.modelId, scope.datasetId, alphas?.map((alpha) => alpha + 1) ?? null],
  );
  const cells: FineCells[] = Array.from({ length: cubeCount(scope) }, emptyFineCells);
  for (const { position, positive, negative } of rows) {
    const kept = cells[position - 1];
    if (kept === undefined) continue;
    unpackCounts(positive, kept.positive);
    unpackCounts(negative, kept.negative);
  }
  return new FineCounts(cells);
}

/** Puts counts in the place of those kept. @param changes fact_change rows that went into them since */
export async function keepCounts(
  client: pg.ClientBase,
  scope: RollupScope,
  { counts, changes }: { counts: FineCounts; changes: number },
): Promise<void> {
  await client.query(
    `update rollup set grid = $3, changes = changes + $4, unlabelled = $5 where model_id = $1 and dataset_id = $2`,
    [scope.modelId, scope.datasetId, ROLLUP_GRID, changes, counts.unlabelled],
  );
  await client.query(
    `insert into rollup_cells (model_id, dataset_id, position, positive, negative)
     select $1, $2, ordinality, positive, negative
     from unnest($3::bytea[], $4::bytea[]) with ordinality as packed (positive, negative, ordinality)
     on conflict (model_id, dataset_id, position) do update
     set positive = excluded.positive, negative = excluded.negative`,
    [
      scope.modelId,
      scope.datasetId,
      counts.alphas.map(({ positive }) => Buffer.from(packCounts(positive))),
      counts.alphas.map(({ negative }) => Buffer.from(packCounts(negative))),
    ],
  );
}
