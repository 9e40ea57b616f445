import { z } from "zod";
import { defineJob, type PayloadOf } from "./define-job.ts";

/** Evaluate a stored sweep. The payload carries its id; what it asks is read from Postgres. */
export const runSweep = defineJob({
  queue: "analytics",
  payload: z.strictObject({ sweepId: z.uuid() }),
  attempts: 5,
  backoffMs: 2_000,
  timeoutMs: 3_600_000,
  key: ({ sweepId }) => `sweep-${sweepId}`,
});
export type RunSweep = PayloadOf<typeof runSweep>;
