import { CronExpressionParser } from "cron-parser";
import { HairlineError } from "../errors.ts";

export interface Recurrence {
  /** Five fields, or six with seconds first: `30 2 * * *`. */
  readonly cron: string;
  /** IANA name, such as Europe/Berlin. */
  readonly timeZone: string;
}

/** Longer than any sensible expression; parsing time grows with its lists. */
const MAX_CRON_LENGTH = 200;

/**
 * The first due time strictly after an instant. Wall-clock times that a change to summer time leaves out are due at
 * the instant the clock jumps over them; those that a change back repeats are due once.
 *
 * @throws HairlineError BAD_ARGUMENT for an expression or time zone that is none
 */
export function nextDue({ cron, timeZone }: Recurrence, after: Date): Date {
  requireTimeZone(timeZone);
  if (cron.length > MAX_CRON_LENGTH || cron.trim() === "") throw badCron(cron, "it is empty or too long");
  try {
    return CronExpressionParser.parse(cron, { currentDate: after, tz: timeZone }).next().toDate();
  } catch (error) {
    throw badCron(cron, error instanceof Error ? error.message : String(error));
  }
}

function requireTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions();
  } catch (cause) {
    throw new HairlineError("BAD_ARGUMENT", `${timeZone} is not a time zone.`, {
      field: "time-zone",
      remedy: "Give an IANA name, such as Europe/Berlin or UTC.",
      cause,
    });
  }
}

function badCron(cron: string, problem: string): HairlineError {
  return new HairlineError("BAD_ARGUMENT", `"${cron.slice(0, 80)}" is no cron expression: ${problem}.`, {
    field: "cron",
    remedy: "Give five fields, such as `30 2 * * *` for every night at half past two.",
  });
}
