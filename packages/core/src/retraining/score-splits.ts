import { randomUUID } from "node:crypto";
import type pg from "pg";
import { inTransaction, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { planRun } from "../jobs/index.ts";
import type { Queues } from "../queue/index.ts";
import { DEFAULT_SHARD_SIZE } from "../runs/open-run.ts";
import { type Retraining, takeStep } from "./retraining-row.ts";

/**
 * Opens the runs that score what either model has not yet scored of the splits they are judged on, off-peak, in the
 * transaction that notes them. A crash before they are queued is mended by the scheduler's reconciling.
 */
export async function openScoringRuns(
  { database, queues }: { readonly database: Database; readonly queues: Queues },
  retraining: Retraining,
  challengerId: number,
): Promise<void> {
  const runIds = await inTransaction(database.pool, async (client) => {
    const opened: string[] = [];
    for (const modelId of [challengerId, retraining.championId]) {
      const runId = await openRunOfSplits(client, retraining, modelId);
      if (runId !== undefined) opened.push(runId);
    }
    await takeStep(client, retraining.id, { state: "scoring", challengerId, runIds: opened });
    return opened;
  });
  await queues.enqueue(
    planRun,
    runIds.map((runId) => ({ runId })),
    { priority: "off-peak" },
  );
}

async function openRunOfSplits(
  client: pg.PoolClient,
  { dataset, settings }: Retraining,
  modelId: number,
): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>(
    `insert into run (id, dataset_id, model_id, shard_size, priority, image_ids)
     select $1::uuid, image.dataset_id, $2::int, $3::int, 'off-peak', array_agg(image.id order by image.id)
     from image
     join dataset on dataset.id = image.dataset_id
     join study on study.id = image.study_id
     where dataset.name = $4 and coalesce(image.split, study.split) = any ($5::text[])
       and not exists (select from prediction where model_id = $2::int and image_id = image.id)
       and not exists (select from quarantine where model_id = $2::int and image_id = image.id)
     group by image.dataset_id
     returning id`,
    [
      randomUUID(),
      modelId,
      DEFAULT_SHARD_SIZE,
      dataset,
      [...settings.validationSplits, ...settings.certificationSplits],
    ],
  );
  return rows[0]?.id;
}

/** @returns whether all runs are done. @throws HairlineError with the code of a run that failed; RUN_CANCELLED */
export async function scoringDone({ pool }: Database, { runIds }: Retraining): Promise<boolean> {
  const { rows } = await pool.query<{ id: string; state: string; error_code: string | null }>(
    "select id, state, error_code from run where id = any ($1::uuid[])",
    [runIds],
  );
  const ended = rows.find(({ state }) => state === "failed" || state === "cancelled");
  if (ended !== undefined) {
    const cancelled = ended.state === "cancelled";
    const how = cancelled ? "was cancelled" : `failed with ${ended.error_code}`;
    throw new HairlineError(cancelled ? "RUN_CANCELLED" : "INFERENCE_FAILED", `Run ${ended.id} ${how}.`, {
      remedy: "See `hairline runs`; the next firing starts anew.",
    });
  }
  return rows.every(({ state }) => state === "completed");
}
