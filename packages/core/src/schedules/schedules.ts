import type { Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { runTask } from "../jobs/index.ts";
import type { Queues } from "../queue/index.ts";
import { nextDue } from "./cron.ts";
import { parseTaskKind, parseTaskPayload } from "./task-kinds.ts";

export const FIRING_STATES = ["queued", "running", "completed", "failed"] as const;
export type FiringState = (typeof FIRING_STATES)[number];

export interface Schedule {
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly task: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly enabled: boolean;
  /** Null while it is disabled, and until a scheduler has worked it out. */
  readonly nextDueAt: Date | null;
  /** What follows is of the last firing, null before the first one. */
  readonly lastDueAt: Date | null;
  readonly lastState: FiringState | null;
  readonly lastFinishedAt: Date | null;
  readonly lastErrorCode: string | null;
  readonly lastResult: unknown;
}

/** Every schedule, by name. */
export async function listSchedules({ pool }: Database): Promise<Schedule[]> {
  const { rows } = await pool.query<Schedule>(
    `select schedule.name, cron, time_zone as "timeZone", schedule.task, schedule.payload, enabled,
            case when enabled then next_due_at end as "nextDueAt", last.due_at as "lastDueAt",
            last.state as "lastState", last.finished_at as "lastFinishedAt", last.error_code as "lastErrorCode",
            last.result as "lastResult"
     from schedule
     left join lateral (
       select due_at, state, finished_at, error_code, result from schedule_firing
       where schedule_firing.schedule = schedule.name order by due_at desc limit 1) as last on true
     order by schedule.name`,
  );
  return rows;
}

export interface ScheduleSettings {
  /** Lower-case letters, digits and dashes, at most 63. */
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly task: string;
  readonly payload: unknown;
  readonly enabled: boolean;
}

/**
 * Adds a schedule or replaces the one of that name; its next due time is worked out anew.
 * @throws HairlineError BAD_ARGUMENT naming the field; TASK_UNKNOWN
 */
export async function setSchedule({ pool }: Database, settings: ScheduleSettings): Promise<void> {
  const { name, cron, timeZone, enabled } = settings;
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) {
    throw new HairlineError("BAD_ARGUMENT", `"${name}" is no name for a schedule.`, {
      field: "name",
      remedy: "Use lower-case letters, digits and dashes, at most 63.",
    });
  }
  const task = parseTaskKind(settings.task);
  const payload = parseTaskPayload(task, settings.payload);
  const clock = await pool.query<{ now: Date }>("select now()");
  const due = nextDue({ cron, timeZone }, clock.rows[0]?.now ?? new Date());
  await pool.query(
    `insert into schedule (name, cron, time_zone, task, payload, enabled, next_due_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (name) do update
     set (cron, time_zone, task, payload, enabled, next_due_at, updated_at)
       = (excluded.cron, excluded.time_zone, excluded.task, excluded.payload, excluded.enabled,
          excluded.next_due_at, now())`,
    [name, cron, timeZone, task, JSON.stringify(payload), enabled, due],
  );
}

/** Removes a schedule and the record of its firings. @throws HairlineError SCHEDULE_NOT_FOUND */
export async function removeSchedule({ pool }: Database, name: string): Promise<void> {
  const { rowCount } = await pool.query("delete from schedule where name = $1", [name]);
  if (rowCount === 0) throw scheduleNotFound(name);
}

/**
 * Fires a schedule once at this moment, also a disabled one; its due times stay as they are.
 * @returns the due time that names the firing
 * @throws HairlineError SCHEDULE_NOT_FOUND; QUEUE_UNAVAILABLE, after which the scheduler queues the firing
 */
export async function runScheduleNow(
  { database, queues }: { readonly database: Database; readonly queues: Queues },
  name: string,
): Promise<Date> {
  const { rows } = await database.pool.query<{ due_at: Date }>(
    `insert into schedule_firing (schedule, due_at, manual, task, payload)
     select name, date_trunc('milliseconds', clock_timestamp()), true, task, payload from schedule where name = $1
     returning due_at`,
    [name],
  );
  const [firing] = rows;
  if (firing === undefined) throw scheduleNotFound(name);
  await queues.enqueue(runTask, [{ schedule: name, dueAtMs: firing.due_at.getTime() }]);
  return firing.due_at;
}

function scheduleNotFound(name: string): HairlineError {
  return new HairlineError("SCHEDULE_NOT_FOUND", `No schedule is named ${name}.`, {
    field: "schedule",
    remedy: "List them with `hairline schedules list`.",
  });
}
