import { loadSql } from "@hairline/core/db";
import type { ErrorCode } from "@hairline/core/errors";
import { planRun, scoreShard } from "@hairline/core/jobs";
import type { SchedulingContext } from "./scheduling-context.ts";

interface GivenUpJob {
  readonly runId: string;
  /** Null for the job that plans the run. */
  readonly ordinal: number | null;
  readonly code: ErrorCode;
}

/** Ends the runs that can no longer finish because a job of theirs was given up, with the code of its last try. */
export async function failRuns(context: SchedulingContext): Promise<void> {
  const jobs = await givenUpJobs(context);
  if (jobs.length === 0) return;
  const { rows } = await context.database.pool.query<{ id: string; error_code: ErrorCode }>(
    loadSql("fail-runs"),
    [jobs.map(({ runId }) => runId), jobs.map(({ ordinal }) => ordinal), jobs.map(({ code }) => code)],
  );
  for (const { id, error_code } of rows) context.log.error({ runId: id, code: error_code }, "run failed");
}

async function givenUpJobs({ queues }: SchedulingContext): Promise<GivenUpJob[]> {
  const plans = await queues.failures(planRun);
  const shards = await queues.failures(scoreShard);
  // Without a readable payload the job's run is unknown; its shard is queued again in a readable form.
  return [
    ...plans.flatMap(({ payload, code }) =>
      payload === undefined ? [] : [{ ...payload, ordinal: null, code }],
    ),
    ...shards.flatMap(({ payload, code }) => (payload === undefined ? [] : [{ ...payload, code }])),
  ];
}
