import { z } from "zod";
import { defineJob, type PayloadOf } from "./define-job.ts";

/** Do the task of one firing of a schedule. What it is, and with what, is read from Postgres. */
export const runTask = defineJob({
  queue: "tasks",
  payload: z.strictObject({ schedule: z.string().min(1), dueAtMs: z.int().min(0) }),
  attempts: 3,
  backoffMs: 5_000,
  timeoutMs: 6 * 3_600_000,
  key: ({ schedule, dueAtMs }) => `task-${schedule}-${dueAtMs}`,
});
export type RunTask = PayloadOf<typeof runTask>;
