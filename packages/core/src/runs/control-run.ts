import type pg from "pg";
import { inTransaction, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { planRun, scoreShard } from "../jobs/index.ts";
import type { Queues } from "../queue/index.ts";
import { payloadOf, readOpenShards } from "./open-shards.ts";
import type { RunPriority } from "./priority.ts";
import { readRunProgress, type RunProgress, type RunState } from "./run-progress.ts";

/** Where a run is steered from. The database decides; the queue is told so that nobody waits for the next reconcile. */
export interface RunControl {
  readonly database: Database;
  readonly queues: Queues;
}

interface LockedRun {
  readonly state: RunState;
}

/**
 * Starts no further shard of the run. Shards at work are finished and stored; queued ones are passed over by the
 * workers. Of a run that is paused already nothing changes.
 *
 * @throws HairlineError RUN_NOT_FOUND; RUN_ENDED
 */
export async function pauseRun(database: Database, runId: string): Promise<RunProgress> {
  await inTransaction(database.pool, async (client) => {
    requireOpen(runId, await lockRun(client, runId));
    await client.query("update run set paused_at = coalesce(paused_at, now()) where id = $1", [runId]);
  });
  return readRunProgress(database, runId);
}

/**
 * Lets a paused run go on: what it still owes is queued again. Of a run that is not paused nothing changes.
 *
 * @throws HairlineError RUN_NOT_FOUND; RUN_ENDED; QUEUE_UNAVAILABLE, after which the scheduler queues the shards
 */
export async function resumeRun({ database, queues }: RunControl, runId: string): Promise<RunProgress> {
  await inTransaction(database.pool, async (client) => {
    requireOpen(runId, await lockRun(client, runId));
    await client.query("update run set paused_at = null where id = $1", [runId]);
  });
  const progress = await readRunProgress(database, runId);
  await queues.enqueue(planRun, [{ runId }], { priority: progress.priority });
  return progress;
}

/**
 * Ends a run for good. Every fact stored by then is kept and counted, nothing is stored afterwards: a shard at work
 * when the run is cancelled either commits before, or is given back with nothing stored. `notScored` has the rest, so
 * the ledger is final when this returns. Cancelling a cancelled run changes nothing.
 *
 * @throws HairlineError RUN_NOT_FOUND; RUN_ENDED when the run completed or failed before
 */
export async function cancelRun(database: Database, runId: string): Promise<RunProgress> {
  await inTransaction(database.pool, async (client) => {
    // Waits for commits under way, which hold the run in share.
    const run = await lockRun(client, runId);
    if (run.state === "cancelled") return;
    requireOpen(runId, run);
    await client.query(
      `update run
       set state = 'cancelled', paused_at = null, finished_at = now(),
           not_scored = planned - (select coalesce(sum(scored + quarantined + deleted), 0) from shard where run_id = $1)
       where id = $1`,
      [runId],
    );
  });
  return readRunProgress(database, runId);
}

/**
 * Changes what is scored before what. Jobs that wait are moved, behind those that have the new priority already.
 *
 * @throws HairlineError RUN_NOT_FOUND; RUN_ENDED; QUEUE_UNAVAILABLE, after which queued jobs keep the old priority
 */
export async function setRunPriority(
  { database, queues }: RunControl,
  runId: string,
  priority: RunPriority,
): Promise<RunProgress> {
  await inTransaction(database.pool, async (client) => {
    requireOpen(runId, await lockRun(client, runId));
    await client.query("update run set priority = $2 where id = $1", [runId, priority]);
  });
  const open = await readOpenShards(database, runId);
  await queues.reprioritize(planRun, [{ runId }], priority);
  await queues.reprioritize(scoreShard, open.map(payloadOf), priority);
  return readRunProgress(database, runId);
}

async function lockRun(client: pg.ClientBase, runId: string): Promise<LockedRun> {
  const { rows } = await client.query<LockedRun>("select state from run where id = $1::uuid for update", [
    runId,
  ]);
  if (rows[0] !== undefined) return rows[0];
  throw new HairlineError("RUN_NOT_FOUND", `No run has the id ${runId}.`, { field: "run" });
}

function requireOpen(runId: string, { state }: LockedRun): void {
  if (state === "planning" || state === "running") return;
  throw new HairlineError("RUN_ENDED", `Run ${runId} has ended: it is ${state}.`, {
    field: "run",
    remedy: "Start a new run with `hairline score`; it scores only what is missing.",
  });
}
