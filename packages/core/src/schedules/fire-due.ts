import type pg from "pg";
import { inTransaction, type Database } from "../db/index.ts";
import { toHairlineError } from "../errors.ts";
import type { RunTask } from "../jobs/index.ts";
import { nextDue } from "./cron.ts";

interface DueRow {
  readonly name: string;
  readonly cron: string;
  readonly time_zone: string;
  readonly next_due_at: Date | null;
  readonly now: Date;
}

export interface FiredSchedules {
  readonly fired: readonly RunTask[];
  /** Switched off, since their cron expression or time zone is none: a hand edit, or a time zone that was abolished. */
  readonly disabled: readonly string[];
}

/**
 * Fires what is due by the database's clock, each due time once, however many schedulers call this: the row is held
 * while its next due time is set, and others pass over it. Due times missed while no scheduler ran are made up for by
 * one firing, under the first of them.
 */
export async function fireDueSchedules({ pool }: Database): Promise<FiredSchedules> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<DueRow>(
      `select name, cron, time_zone, next_due_at, now() as now from schedule
       where enabled and (next_due_at is null or next_due_at <= now())
       order by name
       for update skip locked`,
    );
    const fired: RunTask[] = [];
    const disabled: string[] = [];
    for (const row of rows) {
      const next = dueAfter(row);
      if (next === undefined) disabled.push(row.name);
      if (row.next_due_at !== null && (await recordFiring(client, row))) {
        fired.push({ schedule: row.name, dueAtMs: row.next_due_at.getTime() });
      }
      await client.query("update schedule set next_due_at = $2, enabled = $3 where name = $1", [
        row.name,
        next ?? null,
        next !== undefined,
      ]);
    }
    return { fired, disabled };
  });
}

function dueAfter({ cron, time_zone: timeZone, now }: DueRow): Date | undefined {
  try {
    return nextDue({ cron, timeZone }, now);
  } catch (error) {
    if (toHairlineError(error).code !== "BAD_ARGUMENT") throw error;
    return undefined;
  }
}

async function recordFiring(client: pg.ClientBase, { name, next_due_at }: DueRow): Promise<boolean> {
  const { rowCount } = await client.query(
    `insert into schedule_firing (schedule, due_at, task, payload)
     select name, $2, task, payload from schedule where name = $1
     on conflict do nothing`,
    [name, next_due_at],
  );
  return rowCount === 1;
}
