import { runSweep, type JobHandler, type RunSweep } from "@hairline/core/jobs";
import { HairlineError } from "@hairline/core/errors";
import { executeSweep, failSweep } from "@hairline/core/sweeps";
import type { SchedulingContext } from "./scheduling-context.ts";

/**
 * Evaluates stored sweeps. A sweep reads by several connections and counts in this process; the scheduler's other work
 * waits for microseconds at a time, so sweeps need no process of their own.
 */
export function createRunSweepHandler({ database, log }: SchedulingContext): JobHandler<RunSweep> {
  return async ({ sweepId }, signal) => {
    const { state, source, elapsedMs } = await executeSweep({ database, sweepId, signal });
    log.info({ sweepId, jobId: runSweep.key({ sweepId }), state, source, elapsedMs }, "sweep ended");
  };
}

/** Ends the sweeps whose job was given up, with the code of its last try, and queues the jobs of open ones again. */
export async function reconcileSweeps({ database, queues, log }: SchedulingContext): Promise<void> {
  for (const { payload, code } of await queues.failures(runSweep)) {
    if (payload === undefined) continue;
    await failSweep(database, payload.sweepId, new HairlineError(code, code));
  }
  const { rows } = await database.pool.query<{ id: string }>(
    "select id from sweep where state in ('queued', 'running') order by created_at, id",
  );
  if (rows.length === 0) return;
  await queues.enqueue(
    runSweep,
    rows.map(({ id }) => ({ sweepId: id })),
  );
  log.debug({ open: rows.length }, "open sweeps queued");
}
