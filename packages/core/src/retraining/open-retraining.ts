import { requireChampion } from "../champions/index.ts";
import { inTransaction, loadSql, type Database } from "../db/index.ts";
import { requireDisjoint } from "../policies/shared-patients.ts";
import type { RetrainingSettings } from "./settings.ts";

/** What a firing of the schedule did; small, since it is shown in lists. */
export interface OpenedRetraining {
  /** Null when none was opened. */
  readonly retrainingId: number | null;
  readonly newLabels: number;
  /** Why none was opened; null when one was. */
  readonly reason: string | null;
}

/**
 * Opens a retraining of a dataset's champion when enough labels have come since it was trained, or since its last
 * challenger was: images imported with a label, and reviewers' verdicts. One is open at a time; a second firing finds it.
 *
 * @throws HairlineError CHAMPION_NOT_FOUND; SPLITS_OVERLAP when patients to train on are among those to judge on
 */
export async function openRetraining(
  database: Database,
  settings: RetrainingSettings,
): Promise<OpenedRetraining> {
  const { dataset, minNewLabels } = settings;
  const champion = await requireChampion(database, dataset);
  await requireOwnPatients(database, settings);
  const newLabels = await countNewLabels(database, { dataset, modelId: champion.modelId });
  return inTransaction(database.pool, async (client) => {
    await client.query("lock table retraining in share row exclusive mode");
    const open = await client.query<{ id: number }>(
      "select id from retraining where dataset = $1 and state not in ('completed', 'failed')",
      [dataset],
    );
    const none = { retrainingId: null, newLabels };
    if (open.rows[0] !== undefined) return { ...none, reason: `retraining ${open.rows[0].id} is under way` };
    if (newLabels < minNewLabels) return { ...none, reason: `fewer than ${minNewLabels} new labels` };
    const { rows } = await client.query<{ id: number }>(
      `insert into retraining (dataset, settings, champion_id, new_labels) values ($1, $2, $3, $4) returning id`,
      [dataset, JSON.stringify(settings), champion.modelId, newLabels],
    );
    return { retrainingId: rows[0]?.id ?? null, newLabels, reason: null };
  });
}

async function requireOwnPatients(database: Database, settings: RetrainingSettings): Promise<void> {
  const { dataset, trainingSplits, validationSplits, certificationSplits } = settings;
  for (const judged of [validationSplits, certificationSplits]) {
    await requireDisjoint(database, {
      source: "The challenger is to be trained on",
      used: { dataset, filter: { splits: trainingSplits } },
      judging: { dataset, filter: { splits: judged } },
    });
  }
}

async function countNewLabels(
  { pool }: Database,
  { dataset, modelId }: { readonly dataset: string; readonly modelId: number },
): Promise<number> {
  const { rows } = await pool.query<{ labels: number }>(loadSql("new-labels"), [dataset, modelId]);
  return rows[0]?.labels ?? 0;
}
