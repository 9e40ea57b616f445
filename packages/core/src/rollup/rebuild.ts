import type pg from "pg";
import { withClient } from "../db/with-client.ts";
import type { Database } from "../db/index.ts";
import { countFacts } from "./count-facts.ts";
import { keepCounts, makeHead } from "./kept-counts.ts";
import { turnName, type RollupScope } from "./scope.ts";

export interface RebuiltRollup {
  /** fact_change rows that were waiting. */
  readonly changes: number;
}

const SERIALIZATION_FAILURE = "40001";
const TRIES = 5;

/** Counts all predictions of a scope anew and puts the counts in the place of those kept; writers are not held up. */
export async function rebuildRollup(
  database: Database,
  scope: RollupScope,
  signal?: AbortSignal,
): Promise<RebuiltRollup> {
  for (let tries = 1; ; tries++) {
    await makeHead(database.pool, scope);
    try {
      return await withClient(database.pool, (client) => rebuildOn(client, { database, scope, signal }));
    } catch (error) {
      // A sweep kept its ROC area in the row meanwhile.
      if (tries === TRIES || (error as { code?: string }).code !== SERIALIZATION_FAILURE) throw error;
    }
  }
}

interface Rebuild {
  readonly database: Database;
  readonly scope: RollupScope;
  readonly signal: AbortSignal | undefined;
}

async function rebuildOn(
  client: pg.PoolClient,
  { database, scope, signal }: Rebuild,
): Promise<RebuiltRollup> {
  // Of the session, and so before the snapshot: what a compactor did while we waited is then in it. A failure closes
  // the connection, and with it the lock.
  await client.query("select pg_advisory_lock(hashtextextended($1, 0))", [turnName(scope)]);
  // One snapshot for the predictions counted and the changes that are thereby in the counts.
  await client.query("begin isolation level repeatable read");
  const snapshot = { client, [Symbol.asyncDispose]: async () => {} };
  const counts = await countFacts({ database, snapshot, scope, signal });
  const { rowCount } = await client.query("delete from fact_change where model_id = $1 and dataset_id = $2", [
    scope.modelId,
    scope.datasetId,
  ]);
  await keepCounts(client, scope, { counts, changes: rowCount ?? 0 });
  await client.query("commit");
  await client.query("select pg_advisory_unlock(hashtextextended($1, 0))", [turnName(scope)]);
  return { changes: rowCount ?? 0 };
}
