import type { Database } from "@hairline/core/db";
import { checkNewRuns } from "@hairline/core/drift-checks";
import { openRetraining } from "@hairline/core/retraining";
import { runTask, type JobHandler, type RunTask } from "@hairline/core/jobs";
import {
  checkRollups,
  completeFiring,
  failFiring,
  fireDueSchedules,
  parseTaskKind,
  parseTaskPayload,
  prune,
  readOpenFirings,
  startFiring,
  type TaskKind,
} from "@hairline/core/schedules";
import { openObjectStore } from "@hairline/core/storage";
import { removeAbandonedUploads } from "@hairline/core/uploads";
import type { SchedulingContext } from "./scheduling-context.ts";

/** Twice as long as an upload may be allowed to take: what is older has nobody who is at it. */
const ABANDONED_MS = 2 * 86_400_000;

interface TaskTurn {
  readonly database: Database;
  readonly payload: unknown;
  readonly signal: AbortSignal;
}

/**
 * Who does a task; a new kind does not compile until it is decided here. Idempotent, since a task is done again when
 * the scheduler dies in the middle. What they return is shown in lists.
 */
const TASKS: Readonly<Record<TaskKind, (turn: TaskTurn) => Promise<unknown>>> = {
  "rollup-check": ({ database, payload, signal }) =>
    checkRollups(database, parseTaskPayload("rollup-check", payload), signal),
  retention: async ({ database, payload }) => ({
    ...(await prune(database, parseTaskPayload("retention", payload))),
    uploads: await removeAbandonedUploads({ database, openStore: openObjectStore }, ABANDONED_MS),
  }),
  drift: ({ database, payload, signal }) =>
    checkNewRuns(database, parseTaskPayload("drift", payload), signal),
  retraining: ({ database, payload }) => openRetraining(database, parseTaskPayload("retraining", payload)),
};

/** Does the task of a firing and notes how it ended; a firing that has ended is left alone. */
export function createRunTaskHandler({ database, log }: SchedulingContext): JobHandler<RunTask> {
  return async (firing, signal) => {
    const started = await startFiring(database, firing);
    if (started === undefined) return;
    const kind = parseTaskKind(started.task);
    const result = await TASKS[kind]({ database, payload: started.payload, signal });
    await completeFiring(database, firing, result);
    log.info({ ...firing, jobId: runTask.key(firing), task: kind, result }, "task done");
  };
}

/** Fires the schedules that are due. Between the firing and its queueing a crash leaves it to `reconcileTasks`. */
export async function fireSchedules({ database, queues, log }: SchedulingContext): Promise<void> {
  const { fired, disabled } = await fireDueSchedules(database);
  for (const schedule of disabled) {
    log.error({ schedule, code: "BAD_ARGUMENT" }, "schedule switched off: its times cannot be worked out");
  }
  if (fired.length === 0) return;
  await queues.enqueue(runTask, fired);
  for (const firing of fired) log.info(firing, "schedule fired");
}

/** Ends the firings whose job was given up, with the code of its last try, and queues the jobs of open ones again. */
export async function reconcileTasks({ database, queues }: SchedulingContext): Promise<void> {
  for (const { payload, code } of await queues.failures(runTask)) {
    if (payload !== undefined) await failFiring(database, payload, code);
  }
  await queues.enqueue(runTask, await readOpenFirings(database));
}
