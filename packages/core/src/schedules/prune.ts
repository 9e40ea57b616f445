import type { Database } from "../db/index.ts";
import type { TaskPayload } from "./task-kinds.ts";

export interface Pruned {
  readonly sweeps: number;
  readonly firings: number;
}

/** Deletes what can be made again or only tells of the past: ended sweeps, and firings of schedules but the last of each. */
export async function prune(
  { pool }: Database,
  { sweepDays, firingDays }: TaskPayload<"retention">,
): Promise<Pruned> {
  const sweeps = await pool.query(
    `delete from sweep
     where state not in ('queued', 'running') and finished_at < now() - make_interval(days => $1::int)`,
    [sweepDays],
  );
  const firings = await pool.query(
    `delete from schedule_firing
     where state in ('completed', 'failed') and finished_at < now() - make_interval(days => $1::int)
       and exists (select from schedule_firing as later
                   where later.schedule = schedule_firing.schedule and later.due_at > schedule_firing.due_at)`,
    [firingDays],
  );
  return { sweeps: sweeps.rowCount ?? 0, firings: firings.rowCount ?? 0 };
}
