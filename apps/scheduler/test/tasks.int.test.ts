import { listSchedules, runScheduleNow, setSchedule } from "@hairline/core/schedules";
import { expect, it, describe } from "vitest";
import { loadConfig } from "../src/config.ts";
import { startScheduler } from "../src/scheduler.ts";
import { BACKENDS, openBackend, type Backend } from "./backend.ts";

const PATIENCE = { timeout: 60_000, interval: 50 };

function configOf({ database, connection }: Backend) {
  return loadConfig({
    DATABASE_URL: database.url,
    ...(connection.kind === "redis" ? { REDIS_URL: connection.url } : {}),
    HAIRLINE_RECONCILE_INTERVAL_MS: "200",
    HAIRLINE_TIMER_INTERVAL_MS: "50",
  });
}

async function firings({ database }: Backend) {
  const { rows } = await database.pool.query<{ schedule: string; state: string; error_code: string | null }>(
    "select schedule, state, error_code from schedule_firing order by due_at, schedule",
  );
  return rows;
}

describe.each(BACKENDS)("two schedulers on %s", (kind) => {
  it("fire what is due once, and once more when told to", { timeout: 120_000 }, async () => {
    await using backend = await openBackend(kind);
    const { database, queues, log } = backend;
    // Missed twice while no scheduler ran.
    await database.pool.query(
      "update schedule set next_due_at = now() - interval '2 days' where name = 'retention'",
    );
    const schedulers = await Promise.all([
      startScheduler(configOf(backend), log),
      startScheduler(configOf(backend), log),
    ]);
    const completed = { schedule: "retention", state: "completed", error_code: null };
    await expect.poll(() => firings(backend), PATIENCE).toEqual([completed]);
    const due = async () => (await listSchedules(database)).map(({ nextDueAt }) => nextDueAt?.getTime() ?? 0);
    await expect.poll(async () => Math.min(...(await due())), PATIENCE).toBeGreaterThan(Date.now());

    await runScheduleNow({ database, queues }, "retention");
    await expect.poll(() => firings(backend), PATIENCE).toEqual([completed, completed]);
    await Promise.all(schedulers.map((scheduler) => scheduler.close({ drainMs: 1_000 })));
  });

  it("do a firing whose job the queue lost", { timeout: 120_000 }, async () => {
    await using backend = await openBackend(kind);
    const { database, queues, log } = backend;
    await runScheduleNow({ database, queues }, "rollup-check");
    await backend.wipe();
    const scheduler = await startScheduler(configOf(backend), log);
    await expect
      .poll(() => firings(backend), PATIENCE)
      .toEqual([{ schedule: "rollup-check", state: "completed", error_code: null }]);
    const [schedule] = (await listSchedules(database)).filter(({ name }) => name === "rollup-check");
    expect(schedule).toMatchObject({
      lastState: "completed",
      lastResult: { rollups: 0, wrong: 0, repaired: 0 },
    });
    await scheduler.close({ drainMs: 1_000 });
  });

  it("note the code of a task that cannot be done, and switch off a schedule that has no next time", async () => {
    await using backend = await openBackend(kind);
    const { database, log } = backend;
    await database.pool.query(
      `insert into schedule (name, cron, time_zone, task, next_due_at)
       values ('other-release', '0 0 * * *', 'UTC', 'no-such-task', now()),
              ('by-hand', 'every night', 'UTC', 'retention', null)`,
    );
    const scheduler = await startScheduler(configOf(backend), log);
    await expect
      .poll(() => firings(backend), PATIENCE)
      .toEqual([{ schedule: "other-release", state: "failed", error_code: "TASK_UNKNOWN" }]);
    await expect
      .poll(async () => (await listSchedules(database)).filter(({ enabled }) => !enabled), PATIENCE)
      .toMatchObject([{ name: "by-hand", nextDueAt: null }]);
    await setSchedule(database, {
      name: "by-hand",
      cron: "0 1 * * *",
      timeZone: "Europe/Berlin",
      task: "retention",
      payload: {},
      enabled: true,
    });
    const [mended] = (await listSchedules(database)).filter(({ name }) => name === "by-hand");
    expect(mended?.nextDueAt?.getTime()).toBeGreaterThan(Date.now());
    await scheduler.close({ drainMs: 1_000 });
  });
});
