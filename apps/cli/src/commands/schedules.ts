import { HairlineError } from "@hairline/core/errors";
import { openQueues } from "@hairline/core/queue";
import {
  listSchedules,
  removeSchedule,
  runScheduleNow,
  setSchedule,
  TASK_KINDS,
} from "@hairline/core/schedules";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";

interface SetOptions {
  readonly cron: string;
  readonly task: string;
  readonly timeZone: string;
  readonly payload: string;
  readonly disabled?: boolean;
}

export function registerSchedules(program: Command, context: CliContext): void {
  const schedules = program.command("schedules").description("what is done again and again, and when");
  schedules
    .command("list")
    .description("every schedule with its next and last time")
    .option("--json", "print the result as JSON")
    .action((options: { json?: boolean }) => runList(context, options));
  schedules
    .command("set")
    .argument("<name>", "lower-case letters, digits and dashes")
    .description("add a schedule, or replace the one of that name")
    .requiredOption("--cron <expression>", "minute hour day month weekday, such as '30 2 * * *'")
    .requiredOption("--task <kind>", Object.keys(TASK_KINDS).join(" or "))
    .option("--time-zone <name>", "whose clock the expression means, such as Europe/Berlin", "UTC")
    .option("--payload <json>", "what the task is given", "{}")
    .option("--disabled", "keep it without firing it")
    .action((name: string, options: SetOptions) => runSet(context, name, options));
  schedules
    .command("remove")
    .argument("<name>", "its name")
    .description("remove a schedule and the record of its firings")
    .action((name: string) => runRemove(context, name));
  schedules
    .command("run-now")
    .argument("<name>", "its name")
    .description("fire a schedule once at this moment; a scheduler does its task")
    .action((name: string) => runNow(context, name));
}

async function runList({ openStack, output }: CliContext, { json }: { json?: boolean }): Promise<void> {
  const schedules = await listSchedules((await openStack()).database);
  if (json === true) return output.json(schedules);
  output.table(
    ["schedule", "cron", "time zone", "task", "next", "last", "ended as"],
    schedules.map((schedule) => [
      schedule.name,
      schedule.cron,
      schedule.timeZone,
      schedule.task,
      schedule.enabled ? (schedule.nextDueAt?.toISOString() ?? null) : "switched off",
      schedule.lastDueAt?.toISOString() ?? null,
      schedule.lastErrorCode ?? schedule.lastState,
    ]),
  );
}

async function runSet({ openStack, output }: CliContext, name: string, options: SetOptions): Promise<void> {
  const { cron, task, timeZone, disabled } = options;
  const payload = parseJson(options.payload);
  const { database } = await openStack();
  await setSchedule(database, { name, cron, task, timeZone, payload, enabled: disabled !== true });
  const schedule = (await listSchedules(database)).find((known) => known.name === name);
  const next = schedule?.nextDueAt?.toISOString();
  output.line(next === undefined ? `${name} is kept, switched off` : `${name} is next due ${next}`);
}

async function runRemove({ openStack, output }: CliContext, name: string): Promise<void> {
  await removeSchedule((await openStack()).database, name);
  output.line(`${name} is removed`);
}

async function runNow({ openStack, output }: CliContext, name: string): Promise<void> {
  const { database, queue } = await openStack();
  const queues = await openQueues(queue);
  try {
    const dueAt = await runScheduleNow({ database, queues }, name);
    output.line(`${name} is fired, as of ${dueAt.toISOString()}; see schedules list for how it ends`);
  } finally {
    await queues.close();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HairlineError("BAD_ARGUMENT", "The payload is no JSON.", {
      field: "payload",
      remedy: `Give an object, such as '{"sweepDays": 30}'.`,
      cause,
    });
  }
}
