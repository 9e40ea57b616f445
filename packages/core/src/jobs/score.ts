import { z } from "zod";
import { defineJob, type PayloadOf } from "./define-job.ts";

/** Split a run into shards and enqueue them. Also the reconcile step: finished shards are never repeated. */
export const planRun = defineJob({
  queue: "plan-run",
  payload: z.strictObject({ runId: z.uuid() }),
  attempts: 8,
  backoffMs: 2_000,
  timeoutMs: 600_000,
  key: ({ runId }) => `plan-${runId}`,
});
export type PlanRun = PayloadOf<typeof planRun>;

/**
 * Score the images of one shard. The payload carries ids; members, model and dataset are read from Postgres.
 * Eight tries two seconds apart and doubling outlast a database restart of four minutes.
 */
export const scoreShard = defineJob({
  queue: "score-shard",
  payload: z.strictObject({ runId: z.uuid(), ordinal: z.int().min(0) }),
  attempts: 8,
  backoffMs: 2_000,
  timeoutMs: 3_600_000,
  key: ({ runId, ordinal }) => `shard-${runId}-${ordinal}`,
});
export type ScoreShard = PayloadOf<typeof scoreShard>;
