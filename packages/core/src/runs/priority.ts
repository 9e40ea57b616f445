import { HairlineError } from "../errors.ts";
import { JOB_PRIORITIES, type JobPriority } from "../queue/index.ts";

/** Urgent runs are scored before all others, off-peak ones when nothing else waits. */
export const RUN_PRIORITIES = JOB_PRIORITIES;
export type RunPriority = JobPriority;

/** @throws HairlineError BAD_ARGUMENT */
export function parsePriority(text: string): RunPriority {
  const priority = RUN_PRIORITIES.find((known) => known === text);
  if (priority !== undefined) return priority;
  throw new HairlineError("BAD_ARGUMENT", `${text} is not a priority.`, {
    field: "priority",
    remedy: `Give one of ${RUN_PRIORITIES.join(", ")}.`,
  });
}
