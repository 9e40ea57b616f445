import type pg from "pg";
import { loadSql } from "../db/index.ts";
import { filterParams, type ImageFilter, type ReadingScope } from "./scope.ts";

/** ROC-AUC of the probability over the labelled images, in [0, 1]; null when a class is absent. */
export async function readRocAuc(
  client: pg.ClientBase | pg.Pool,
  scope: ReadingScope,
  filter?: ImageFilter,
): Promise<number | null> {
  const { rows } = await client.query<{ roc_auc: number | null }>(loadSql("roc-auc"), [
    scope.datasetId,
    scope.modelId,
    ...filterParams(filter),
  ]);
  return rows[0]?.roc_auc ?? null;
}
