import type pg from "pg";
import { inTransaction, type Database } from "../db/index.ts";
import { ROLLUP_GRID } from "./fine-grid.ts";
import { keepCounts, makeHead, readHead, readKept } from "./kept-counts.ts";
import { addChanges, pendingIds } from "./pending-changes.ts";
import { rebuildRollup } from "./rebuild.ts";
import { turnName, type RollupScope } from "./scope.ts";

/** fact_change rows a transaction: of 256 images each, some 500,000 predictions. */
const BATCH = 2_000;

/** Adds the changes that wait to every rollup. @returns fact_change rows added */
export async function compactRollups(database: Database, signal?: AbortSignal): Promise<number> {
  const { rows } = await database.pool.query<{ model_id: number; dataset_id: number; alphas: number }>(
    `select model.id as model_id, dataset.id as dataset_id, cardinality(model.alphas) as alphas
     from (select distinct model_id, dataset_id from fact_change) as waiting
     join model on model.id = waiting.model_id
     join dataset on dataset.id = waiting.dataset_id
     order by model.id, dataset.id`,
  );
  let added = 0;
  for (const { model_id, dataset_id, alphas } of rows) {
    const scope = { modelId: model_id, datasetId: dataset_id, alphaCount: alphas };
    added += await compactRollup(database, scope, signal);
  }
  return added;
}

/**
 * Adds the changes that wait to the kept counts, a batch a transaction. Compactors of one scope take turns; writers
 * and readers are not held up.
 *
 * @returns fact_change rows added
 */
export async function compactRollup(
  database: Database,
  scope: RollupScope,
  signal?: AbortSignal,
): Promise<number> {
  await makeHead(database.pool, scope);
  for (let total = 0; ;) {
    signal?.throwIfAborted();
    const added = await inTransaction(database.pool, (client) => compactBatch(client, scope));
    if (added === "other grid") return total + (await rebuildRollup(database, scope, signal)).changes;
    total += added;
    if (added < BATCH) return total;
  }
}

async function compactBatch(client: pg.PoolClient, scope: RollupScope): Promise<number | "other grid"> {
  await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [turnName(scope)]);
  const head = await readHead(client, scope);
  // The dataset or model was deleted meanwhile.
  if (head === undefined) return 0;
  if (head.grid !== ROLLUP_GRID) return "other grid";
  const ids = await pendingIds(client, scope, BATCH);
  if (ids.length === 0) return 0;
  const counts = await readKept(client, scope);
  counts.unlabelled = head.unlabelled;
  await addChanges(client, ids, counts);
  await client.query("delete from fact_change where id = any ($1::bigint[])", [ids]);
  await keepCounts(client, scope, { counts, changes: ids.length });
  return ids.length;
}
