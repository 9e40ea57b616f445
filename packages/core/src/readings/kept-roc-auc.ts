import type pg from "pg";
import type { Database } from "../db/index.ts";
import { ROLLUP_GRID } from "../rollup/index.ts";
import type { ReadingScope } from "./scope.ts";

export interface KeptRocAuc {
  readonly rocAuc: number | null;
}

/** The ROC area of all labelled images as it was computed of these very facts; undefined when it was not. */
export async function readKeptRocAuc(
  client: pg.ClientBase,
  scope: ReadingScope,
  factsVersion: number,
): Promise<KeptRocAuc | undefined> {
  const { rows } = await client.query<{ roc_auc: number | null }>(
    "select roc_auc from rollup where model_id = $1 and dataset_id = $2 and roc_auc_version = $3",
    [scope.modelId, scope.datasetId, factsVersion],
  );
  const [row] = rows;
  return row === undefined ? undefined : { rocAuc: row.roc_auc };
}

/** Keeps the ROC area of a version of the facts, unless that of a later one is kept. */
export async function keepRocAuc(
  { pool }: Database,
  scope: ReadingScope,
  { factsVersion, rocAuc }: KeptRocAuc & { readonly factsVersion: number },
): Promise<void> {
  await pool.query(
    `insert into rollup (model_id, dataset_id, grid, roc_auc_version, roc_auc)
     select $1, id, $5, $3, $4 from dataset where id = $2
     on conflict (model_id, dataset_id) do update
     set roc_auc = excluded.roc_auc, roc_auc_version = excluded.roc_auc_version
     where coalesce(rollup.roc_auc_version, 0) < excluded.roc_auc_version`,
    [scope.modelId, scope.datasetId, factsVersion, rocAuc, ROLLUP_GRID],
  );
}
