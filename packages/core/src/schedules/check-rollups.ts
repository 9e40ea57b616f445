import type { Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { checkRollup, rebuildRollup, type RollupScope } from "../rollup/index.ts";
import type { TaskPayload } from "./task-kinds.ts";

export interface RollupsChecked {
  readonly rollups: number;
  /** Rollups whose counts were not those of their predictions. */
  readonly wrong: number;
  readonly repaired: number;
}

/**
 * Holds every rollup against a scan of its predictions.
 * @throws HairlineError ROLLUP_WRONG when one is wrong and is not, or could not be, repaired
 */
export async function checkRollups(
  database: Database,
  { repair }: TaskPayload<"rollup-check">,
  signal: AbortSignal,
): Promise<RollupsChecked> {
  const scopes = await readScopes(database);
  let wrong = 0;
  let repaired = 0;
  for (const scope of scopes) {
    signal.throwIfAborted();
    if ((await checkRollup(database, scope, signal)).wrongCells === 0) continue;
    wrong += 1;
    if (!repair) continue;
    await rebuildRollup(database, scope, signal);
    if ((await checkRollup(database, scope, signal)).wrongCells === 0) repaired += 1;
  }
  if (wrong > repaired) {
    throw new HairlineError(
      "ROLLUP_WRONG",
      `${wrong - repaired} rollups are not the counts of their predictions.`,
      {
        remedy: "Run `hairline rollup rebuild` for the dataset, and report it with the release.",
      },
    );
  }
  return { rollups: scopes.length, wrong, repaired };
}

async function readScopes({ pool }: Database): Promise<RollupScope[]> {
  const { rows } = await pool.query<RollupScope>(
    `select rollup.model_id as "modelId", rollup.dataset_id as "datasetId", cardinality(model.alphas) as "alphaCount"
     from rollup join model on model.id = rollup.model_id
     order by rollup.dataset_id, rollup.model_id`,
  );
  return rows;
}
