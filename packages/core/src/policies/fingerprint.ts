import type pg from "pg";
import { loadSql } from "../db/index.ts";
import { filterParams, type ImageFilter, type ReadingScope } from "../readings/scope.ts";

/** SHA-256, in hex, of the facts and labels a reading is made on: equal only when all of them are. */
export async function readFingerprint(
  client: pg.ClientBase | pg.Pool,
  scope: Pick<ReadingScope, "datasetId" | "modelId">,
  filter: ImageFilter | undefined,
): Promise<string> {
  const { rows } = await client.query<{ fingerprint: string }>(loadSql("reading-fingerprint"), [
    scope.datasetId,
    scope.modelId,
    ...filterParams(filter),
  ]);
  return rows[0]?.fingerprint ?? "";
}
