import { randomUUID } from "node:crypto";
import { planRun } from "../jobs/index.ts";
import type { RunControl } from "./control-run.ts";
import { readRunProgress } from "./run-progress.ts";

/**
 * Opens a run of just the images a run put into quarantine and that no run has scored since, with its priority and
 * shard size. The facts of all other images stay as they are.
 *
 * @returns the new run's id and its images; undefined when there is nothing to try again
 * @throws HairlineError RUN_NOT_FOUND; QUEUE_UNAVAILABLE, after which the scheduler plans the run
 */
export async function retryQuarantined(
  { database, queues }: RunControl,
  runId: string,
): Promise<{ readonly runId: string; readonly images: number } | undefined> {
  const { priority } = await readRunProgress(database, runId);
  const { rows } = await database.pool.query<{ id: string; images: number }>(
    `insert into run (id, dataset_id, model_id, shard_size, retry_quarantined, embeddings, priority, image_ids)
     select $2::uuid, run.dataset_id, run.model_id, run.shard_size, true, run.embeddings, run.priority,
            array_agg(quarantine.image_id order by quarantine.image_id)
     from run
     join quarantine on quarantine.run_id = run.id and quarantine.model_id = run.model_id
     where run.id = $1::uuid
       and not exists (select from prediction
                       where prediction.image_id = quarantine.image_id and prediction.model_id = run.model_id)
     group by run.id
     returning id, cardinality(image_ids) as images`,
    [runId, randomUUID()],
  );
  const [retry] = rows;
  if (retry === undefined) return undefined;
  await queues.enqueue(planRun, [{ runId: retry.id }], { priority });
  return { runId: retry.id, images: retry.images };
}
