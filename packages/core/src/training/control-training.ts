import type { Database } from "../db/index.ts";
import { HairlineError, toHairlineError } from "../errors.ts";
import { readTraining } from "./training.ts";

/**
 * Lets a stopped or failed training go on from its checkpoint; whoever asks also queues its job.
 *
 * @throws HairlineError TRAINING_NOT_FOUND; RUN_ENDED when it is completed or cancelled; MODEL_NAME_TAKEN
 */
export async function resumeTraining({ pool }: Database, trainingId: string): Promise<void> {
  const { name, state } = await readTraining(pool, trainingId);
  if (state === "completed" || state === "cancelled")
    throw new HairlineError("RUN_ENDED", `The training ${trainingId} is ${state}.`, {
      field: "training",
      remedy: "Start a new one.",
    });
  const { rows } = await pool.query(
    `select from training where name = $1 and id::text <> $2 and state in ('queued', 'running', 'stopped')`,
    [name, trainingId],
  );
  if (rows.length > 0)
    throw new HairlineError("MODEL_NAME_TAKEN", `Another open training is named ${name}.`, {
      field: "name",
      remedy: "Cancel the other one first.",
    });
  await pool.query(
    `update training set state = 'queued', error_code = null, error_message = null, finished_at = null
     where id::text = $1 and state in ('stopped', 'failed')`,
    [trainingId],
  );
}

/**
 * Asks a training to stop with a checkpoint.
 * @returns false when it had ended or was stopped already
 * @throws HairlineError TRAINING_NOT_FOUND
 */
export function stopTraining(database: Database, trainingId: string): Promise<boolean> {
  return end(database, trainingId, {
    sql: `update training set state = 'stopped' where id::text = $1 and state in ('queued', 'running')`,
  });
}

/**
 * Ends a training for good; its worker notices within a moment. Its checkpoint is deleted by the caller.
 * @returns false when it had ended already
 * @throws HairlineError TRAINING_NOT_FOUND
 */
export function cancelTraining(database: Database, trainingId: string): Promise<boolean> {
  return end(database, trainingId, {
    sql: `update training set state = 'cancelled', finished_at = now(), error_code = null, error_message = null
          where id::text = $1 and state in ('queued', 'running', 'stopped', 'failed')`,
  });
}

async function end({ pool }: Database, trainingId: string, { sql }: { sql: string }): Promise<boolean> {
  await readTraining(pool, trainingId);
  const { rowCount } = await pool.query(sql, [trainingId]);
  return rowCount === 1;
}

/** Marks a training that cannot go on; one that has ended or was stopped stays as it is. */
export async function failTraining({ pool }: Database, trainingId: string, error: unknown): Promise<void> {
  const { code, message } = toHairlineError(error);
  await pool.query(
    `update training set state = 'failed', error_code = $2, error_message = $3, finished_at = now()
     where id::text = $1 and state in ('queued', 'running')`,
    [trainingId, code, message],
  );
}

/** Ids of trainings that wait or run, oldest first. */
export async function listOpenTrainings({ pool }: Database): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    "select id from training where state in ('queued', 'running') order by created_at, id",
  );
  return rows.map(({ id }) => id);
}
