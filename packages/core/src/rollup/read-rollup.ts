import type pg from "pg";
import type { FineCounts } from "./fine-counts.ts";
import { ROLLUP_GRID } from "./fine-grid.ts";
import { readHead, readKept } from "./kept-counts.ts";
import { addChanges, pendingIds } from "./pending-changes.ts";
import type { RollupScope } from "./scope.ts";

/** Every prediction of a model and dataset, as one snapshot has them. */
export interface RollupReading {
  readonly counts: FineCounts;
  /** fact_change rows that were waiting; they are in the counts. */
  readonly pending: number;
}

/**
 * The counts of a rollup with what waits to be added.
 *
 * @param alphas shape [any]; indices of the model's alphas to read, all when left out; others stay empty
 * @returns undefined when the counts are of another release's grid and have to be made anew
 */
export async function readRollup(
  client: pg.ClientBase,
  scope: RollupScope,
  alphas?: readonly number[],
): Promise<RollupReading | undefined> {
  const head = await readHead(client, scope);
  if (head !== undefined && head.grid !== ROLLUP_GRID) return undefined;
  const counts = await readKept(client, scope, alphas);
  counts.unlabelled = head?.unlabelled ?? 0;
  const pending = await pendingIds(client, scope);
  await addChanges(client, pending, counts);
  return { counts, pending: pending.length };
}

/** Grows with every committed change of what readings of the scope depend on. */
export async function readFactsVersion(
  client: pg.ClientBase | pg.Pool,
  scope: Pick<RollupScope, "modelId" | "datasetId">,
): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    "select facts_version($1::int, $2::bigint) as version",
    [scope.modelId, scope.datasetId],
  );
  return rows[0]?.version ?? 0;
}
