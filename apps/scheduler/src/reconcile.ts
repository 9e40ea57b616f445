import type { Database } from "@hairline/core/db";
import { planRun, scoreShard } from "@hairline/core/jobs";
import { enqueueShards, readOpenShards, RUN_PRIORITIES, type RunPriority } from "@hairline/core/runs";
import { completeRuns } from "./complete-runs.ts";
import { failRuns } from "./fail-runs.ts";
import type { SchedulingContext } from "./scheduling-context.ts";
import { reconcileSweeps } from "./sweeps.ts";
import { reconcileTasks } from "./tasks.ts";
import { reconcileTrainings } from "./trainings.ts";

/**
 * Makes the queue agree with the database, which holds the truth: jobs that a wiped or restored queue lost are put
 * back, runs that can no longer finish are ended. Every step is idempotent, so several schedulers may do it at once.
 */
export async function reconcile(context: SchedulingContext): Promise<void> {
  // Before jobs are put back: queueing a shard again forgets that its job was given up.
  await failRuns(context);
  await requeuePlans(context);
  await requeueShards(context);
  await completeRuns(context);
  await reconcileSweeps(context);
  await reconcileTasks(context);
  await reconcileTrainings(context);
}

async function requeuePlans({ database, queues }: SchedulingContext): Promise<void> {
  const runs = await readRunsToPlan(database);
  for (const priority of RUN_PRIORITIES) {
    const payloads = runs.filter((run) => run.priority === priority).map(({ id }) => ({ runId: id }));
    await queues.enqueue(planRun, payloads, { priority });
  }
}

async function readRunsToPlan({ pool }: Database): Promise<{ id: string; priority: RunPriority }[]> {
  const { rows } = await pool.query<{ id: string; priority: RunPriority }>(
    `select id, priority from run where state = 'planning' order by created_at, id`,
  );
  return rows;
}

async function requeueShards({ database, queues, log }: SchedulingContext): Promise<void> {
  const open = await readOpenShards(database);
  const { waiting, active, delayed } = await queues.counts(scoreShard);
  // With a job for every shard nothing is lost; jobs of ended runs, which hide lost ones here, drain by themselves.
  if (open.length <= waiting + active + delayed) return;
  await enqueueShards(queues, open);
  log.info({ open: open.length, queued: waiting + active + delayed }, "open shards queued again");
}
