import type { Database } from "../db/index.ts";
import type { ErrorCode } from "../errors.ts";
import type { RunTask } from "../jobs/index.ts";

export interface StartedFiring {
  readonly task: string;
  readonly payload: unknown;
}

/** Notes that a firing is at work. @returns undefined when it has ended, or its schedule was removed */
export async function startFiring({ pool }: Database, firing: RunTask): Promise<StartedFiring | undefined> {
  const { rows } = await pool.query<StartedFiring>(
    `update schedule_firing set state = 'running', started_at = coalesce(started_at, now())
     where schedule = $1 and due_at = $2 and state in ('queued', 'running')
     returning task, payload`,
    [firing.schedule, new Date(firing.dueAtMs)],
  );
  return rows[0];
}

/** Notes that a firing is done. @param result small and without patients: it is shown in lists */
export async function completeFiring({ pool }: Database, firing: RunTask, result: unknown): Promise<void> {
  await pool.query(
    `update schedule_firing set state = 'completed', finished_at = now(), error_code = null, result = $3
     where schedule = $1 and due_at = $2 and state = 'running'`,
    [firing.schedule, new Date(firing.dueAtMs), JSON.stringify(result ?? null)],
  );
}

/** Ends an open firing that no further try can save. */
export async function failFiring({ pool }: Database, firing: RunTask, code: ErrorCode): Promise<void> {
  await pool.query(
    `update schedule_firing set state = 'failed', finished_at = now(), error_code = $3
     where schedule = $1 and due_at = $2 and state in ('queued', 'running')`,
    [firing.schedule, new Date(firing.dueAtMs), code],
  );
}

/** Firings that are still to be done, oldest first. */
export async function readOpenFirings({ pool }: Database): Promise<RunTask[]> {
  const { rows } = await pool.query<{ schedule: string; due_at: Date }>(
    `select schedule, due_at from schedule_firing where state in ('queued', 'running') order by due_at, schedule`,
  );
  return rows.map(({ schedule, due_at }) => ({ schedule, dueAtMs: due_at.getTime() }));
}
