import { loadSql, type Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";
import { planRun, type JobHandler, type PlanRun } from "@hairline/core/jobs";
import { enqueueShards, readOpenShards, type RunState } from "@hairline/core/runs";
import { inSpan } from "@hairline/telemetry/tracing";
import type { SchedulingContext } from "./scheduling-context.ts";

/**
 * Plans a run and queues its shards. Done again after a crash at any point it finds the same shards and queues
 * those that are not done; a run that has ended is left alone.
 *
 * @throws HairlineError RUN_NOT_FOUND
 */
export function createPlanRunHandler(context: SchedulingContext): JobHandler<PlanRun> {
  return async ({ runId }, signal) => {
    const ids = { "hairline.run.id": runId };
    const planned = await inSpan("run.plan", ids, () => planShards(context.database, runId));
    if (planned === undefined) await requireRun(context.database, runId);
    else context.log.info({ runId, jobId: planRun.key({ runId }), ...planned }, "run planned");
    signal.throwIfAborted();
    await enqueueShards(context.queues, await readOpenShards(context.database, runId));
  };
}

interface PlannedRun {
  readonly state: RunState;
  readonly planned: number;
  readonly alreadyScored: number;
  readonly alreadyQuarantined: number;
  readonly shards: number;
}

interface PlannedRow {
  readonly state: RunState;
  readonly planned: number;
  readonly already_scored: number;
  readonly already_quarantined: number;
  readonly shards: number;
}

/** @returns undefined when the run is not waiting to be planned */
async function planShards({ pool }: Database, runId: string): Promise<PlannedRun | undefined> {
  const scope = await pool.query<{ image_ids: string | null }>(
    "select image_ids::text from run where id = $1::uuid",
    [runId],
  );
  const { rows } = await pool.query<PlannedRow>(loadSql("plan-run"), [
    runId,
    scope.rows[0]?.image_ids ?? null,
  ]);
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    state: row.state,
    planned: row.planned,
    alreadyScored: row.already_scored,
    alreadyQuarantined: row.already_quarantined,
    shards: row.shards,
  };
}

async function requireRun({ pool }: Database, runId: string): Promise<void> {
  const { rowCount } = await pool.query("select from run where id = $1::uuid", [runId]);
  if (rowCount === 0)
    throw new HairlineError("RUN_NOT_FOUND", `No run has the id ${runId}.`, { field: "run" });
}
