import type pg from "pg";
import { copyFacts } from "../facts/copy-rows.ts";
import type { FineCounts } from "./fine-counts.ts";
import type { RollupScope } from "./scope.ts";

/** Ids of the fact_change rows of a scope, oldest first. */
export async function pendingIds(
  client: pg.ClientBase,
  scope: RollupScope,
  limit?: number,
): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>(
    "select id from fact_change where model_id = $1 and dataset_id = $2 order by id limit $3",
    [scope.modelId, scope.datasetId, limit ?? null],
  );
  return rows.map(({ id }) => id);
}

/**
 * Adds rows of fact_change to counts. Ids are the server's own numbers: COPY takes no parameters.
 *
 * @param ids none but those of one model and dataset
 */
export async function addChanges(
  client: pg.ClientBase,
  ids: readonly number[],
  counts: FineCounts,
): Promise<void> {
  if (ids.length === 0) return;
  await addSigned(client, ids, { counts, sign: 1 });
  await addSigned(client, ids, { counts, sign: -1 });
}

async function addSigned(
  client: pg.ClientBase,
  ids: readonly number[],
  { counts, sign }: { counts: FineCounts; sign: 1 | -1 },
): Promise<void> {
  const areas = counts.alphas.map((_, index) => index + 1);
  const columns = ["label", "probability", "degenerate", "entropy", ...areas.map((area) => `area_${area}`)];
  const statement = `copy (
    select ${columns.map((column) => `item.${column}`).join(", ")}
    from fact_change
    cross join unnest(${columns.map((column) => `fact_change.${column}`).join(", ")}) as item (${columns.join(", ")})
    where fact_change.id = any ('{${ids.join(",")}}'::bigint[]) and fact_change.sign = ${sign}
  ) to stdout (format binary)`;
  await copyFacts(client, {
    statement,
    columns: { entropy: true, areas, grid: false },
    onRow: (row) => counts.add(row, sign),
  });
}
