import type { Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { planRun, runImport, runSweep, runTask } from "../jobs/index.ts";
import type { Queues } from "../queue/index.ts";
import type { RunPriority } from "../runs/index.ts";
import { forgetDeadLetters, listDeadLetters, type DeadLetter, type DeadWork } from "./dead-letter.ts";

export interface RequeuedLetters {
  readonly requeued: readonly DeadLetter[];
  /** Left where they are: what they were about has ended otherwise, is gone, or is another run's by now. */
  readonly refused: readonly DeadLetter[];
}

/**
 * Tries given-up jobs again: what they were about is opened anew in the database, then queued. A run goes on whole, so
 * all its letters are taken up with one of them.
 *
 * @param jobIds of letters; undefined for all of them
 * @throws HairlineError DEAD_LETTER_NOT_FOUND naming an unknown id, before anything is changed; QUEUE_UNAVAILABLE
 */
export async function requeueDeadLetters(
  { database, queues }: { readonly database: Database; readonly queues: Queues },
  jobIds?: readonly string[],
): Promise<RequeuedLetters> {
  const letters = await listDeadLetters(queues);
  const requeued: DeadLetter[] = [];
  const refused: DeadLetter[] = [];
  for (const group of groupByWork(chosenOf(letters, jobIds), letters)) {
    // Forgotten first: the scheduler ends a run that is open and has a letter.
    const reopen = await prepare(database, group[0]?.work);
    if (reopen === undefined) {
      refused.push(...group);
      continue;
    }
    await forgetDeadLetters(queues, group);
    await reopen(queues);
    requeued.push(...group);
  }
  return { requeued, refused };
}

/** Lets go of letters without trying them again. @throws HairlineError DEAD_LETTER_NOT_FOUND; QUEUE_UNAVAILABLE */
export async function discardDeadLetters(queues: Queues, jobIds?: readonly string[]): Promise<DeadLetter[]> {
  const chosen = chosenOf(await listDeadLetters(queues), jobIds);
  await forgetDeadLetters(queues, chosen);
  return chosen;
}

function chosenOf(letters: readonly DeadLetter[], jobIds: readonly string[] | undefined): DeadLetter[] {
  if (jobIds === undefined) return [...letters];
  return jobIds.map((jobId) => {
    const letter = letters.find((known) => known.jobId === jobId);
    if (letter !== undefined) return letter;
    throw new HairlineError("DEAD_LETTER_NOT_FOUND", `No job that was given up has the id ${jobId}.`, {
      field: "id",
      remedy: "List them with `hairline dead-letters`.",
    });
  });
}

/** One group a run, with all letters of the run; every other letter by itself. */
function groupByWork(chosen: readonly DeadLetter[], all: readonly DeadLetter[]): DeadLetter[][] {
  const key = ({ work, queue, jobId }: DeadLetter): string =>
    work.kind === "run" ? `run ${work.runId}` : `${queue} ${jobId}`;
  return [...new Set(chosen.map(key))].map((wanted) => all.filter((letter) => key(letter) === wanted));
}

type Reopen = (queues: Queues) => Promise<void>;

/** @returns what opens the work again and queues it; undefined when it cannot be */
async function prepare(database: Database, work: DeadWork | undefined): Promise<Reopen | undefined> {
  switch (work?.kind) {
    case "run":
      return prepareRun(database, work.runId);
    case "sweep":
      return prepareSweep(database, work.sweepId);
    case "import":
      return prepareImport(database, work.importRequestId);
    case "firing":
      return prepareFiring(database, work);
    case "unreadable":
    case undefined:
      return undefined;
  }
}

async function prepareRun({ pool }: Database, runId: string): Promise<Reopen | undefined> {
  const { rows } = await pool.query<{ priority: RunPriority }>(
    `select priority from run
     where id = $1 and state = 'failed'
       and not exists (
         select from run as other
         where other.dataset_id = run.dataset_id and other.model_id = run.model_id
           and other.state in ('planning', 'running')
           and (run.image_ids is null and other.image_ids is null or other.study_id = run.study_id))`,
    [runId],
  );
  const [run] = rows;
  if (run === undefined) return undefined;
  return async (queues) => {
    await pool.query(
      `update run set state = case when started_at is null then 'planning' else 'running' end,
                      error_code = null, finished_at = null
       where id = $1 and state = 'failed'`,
      [runId],
    );
    // Planning a planned run again queues what it still owes.
    await queues.enqueue(planRun, [{ runId }], { priority: run.priority });
  };
}

async function prepareSweep({ pool }: Database, sweepId: string): Promise<Reopen | undefined> {
  const { rowCount } = await pool.query("select from sweep where id = $1 and state = 'failed'", [sweepId]);
  if (rowCount === 0) return undefined;
  return async (queues) => {
    await pool.query(
      "update sweep set state = 'queued', error_code = null, finished_at = null where id = $1 and state = 'failed'",
      [sweepId],
    );
    await queues.enqueue(runSweep, [{ sweepId }]);
  };
}

async function prepareImport({ pool }: Database, importRequestId: string): Promise<Reopen | undefined> {
  const { rowCount } = await pool.query("select from import_request where id = $1 and state = 'failed'", [
    importRequestId,
  ]);
  if (rowCount === 0) return undefined;
  return async (queues) => {
    await pool.query(
      `update import_request set state = 'queued', error_code = null, error_message = null, finished_at = null
       where id = $1 and state = 'failed'`,
      [importRequestId],
    );
    await queues.enqueue(runImport, [{ importRequestId }]);
  };
}

async function prepareFiring(
  { pool }: Database,
  { schedule, dueAtMs }: { readonly schedule: string; readonly dueAtMs: number },
): Promise<Reopen | undefined> {
  const key = [schedule, new Date(dueAtMs)];
  const { rowCount } = await pool.query(
    "select from schedule_firing where schedule = $1 and due_at = $2 and state = 'failed'",
    key,
  );
  if (rowCount === 0) return undefined;
  return async (queues) => {
    await pool.query(
      `update schedule_firing set state = 'queued', error_code = null, finished_at = null
       where schedule = $1 and due_at = $2 and state = 'failed'`,
      key,
    );
    await queues.enqueue(runTask, [{ schedule, dueAtMs }]);
  };
}
