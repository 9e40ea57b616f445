import { migrate, openDatabase, type Database } from "@hairline/core/db";
import { toHairlineError } from "@hairline/core/errors";
import { planRun, runSweep, runTask } from "@hairline/core/jobs";
import { isRetryable, openQueues, type FailedTry, type QueueWorker, type Queues } from "@hairline/core/queue";
import { compactRollups } from "@hairline/core/rollup";
import { completeRuns } from "./complete-runs.ts";
import type { SchedulerConfig } from "./config.ts";
import type { Logger } from "./log.ts";
import { createPlanRunHandler } from "./plan-run.ts";
import { reconcile } from "./reconcile.ts";
import { repeat } from "./repeat.ts";
import type { SchedulingContext } from "./scheduling-context.ts";
import { startStudyRuns } from "./study-runs.ts";
import { createRunSweepHandler } from "./sweeps.ts";
import { createRunTaskHandler, fireSchedules } from "./tasks.ts";

/** Connections: a planning, the five loops, two of a task, four of a sweep, and one that watches for its cancellation. */
const DATABASE_CONNECTIONS = 13;

export interface Scheduler {
  /** Never resolves; rejects when a loop meets an error that waiting does not cure. */
  readonly failure: Promise<never>;
  /** Plans no more; a planning that outlasts the drain time is given back to the queue. */
  close(options: { readonly drainMs: number }): Promise<void>;
}

/**
 * Connects, brings the schema up to date, restores the queue from the database and starts planning.
 * @throws HairlineError DATABASE_UNAVAILABLE, DATABASE_MIGRATION_FAILED, QUEUE_UNAVAILABLE
 */
export async function startScheduler(config: SchedulerConfig, log: Logger): Promise<Scheduler> {
  const database = await openDatabase(config.databaseUrl, { max: DATABASE_CONNECTIONS });
  let queues: Queues | undefined;
  try {
    await migrate(database);
    queues = await openQueues(config.queue, { onWarning: (message) => log.warn(message) });
    const context = { database, queues, log };
    await reconcile(context);
    await Promise.all(startWorkers(context).map((worker) => worker.ready()));
    return run(context, config);
  } catch (error) {
    await close(database, queues, 0);
    throw error;
  }
}

function startWorkers(context: SchedulingContext): QueueWorker[] {
  const { queues, log } = context;
  const logFailure =
    (what: string) =>
    ({ jobId, error, attempt, willRetry }: FailedTry): void =>
      log.error({ jobId, code: error.code, reason: error.message, attempt, willRetry }, what);
  return [
    queues.work(planRun, createPlanRunHandler(context), { onFailure: logFailure("planning failed") }),
    queues.work(runTask, createRunTaskHandler(context), { onFailure: logFailure("task failed") }),
    queues.work(runSweep, createRunSweepHandler(context), { onFailure: logFailure("sweep failed") }),
  ];
}

function run(context: SchedulingContext, config: SchedulerConfig): Scheduler {
  const stopping = new AbortController();
  const loops = Promise.all([
    repeat(() => reconcile(context), loopOptions(config.reconcileIntervalMs)),
    repeat(() => completeRuns(context), loopOptions(config.completionIntervalMs)),
    repeat(() => keepRollups(context), loopOptions(config.rollupIntervalMs)),
    repeat(() => fireSchedules(context), loopOptions(config.timerIntervalMs)),
    repeat(() => startStudyRuns(context), loopOptions(config.timerIntervalMs)),
  ]);
  const failure = loops.then(() => new Promise<never>(() => {}));
  // Whoever awaits `failure` sees the error; it must not end the process when nobody does.
  failure.catch(() => {});
  return {
    failure,
    async close({ drainMs }) {
      stopping.abort();
      await loops.catch(() => {});
      await close(context.database, context.queues, drainMs);
    },
  };

  function loopOptions(intervalMs: number) {
    const onError = (error: unknown) => reportTurn(context.log, error);
    return { intervalMs, signal: stopping.signal, onError };
  }
}

async function keepRollups({ database, log }: SchedulingContext): Promise<void> {
  const changes = await compactRollups(database);
  if (changes > 0) log.debug({ changes }, "changes added to the rollup");
}

/** A lost server comes back and the next turn does what this one missed; a defect does not heal. */
function reportTurn(log: Logger, error: unknown): void {
  const known = toHairlineError(error);
  if (!isRetryable(known)) throw known;
  log.error({ code: known.code, reason: known.message }, "turn failed; the next one does its work");
}

async function close(database: Database, queues: Queues | undefined, drainMs: number): Promise<void> {
  await queues?.close({ drainMs });
  await database.close();
}
