import { describe, expect, it } from "vitest";
import type { Database } from "../../src/db/index.ts";
import { runTask } from "../../src/jobs/index.ts";
import { openQueues } from "../../src/queue/index.ts";
import {
  fireDueSchedules,
  listSchedules,
  prune,
  removeSchedule,
  runScheduleNow,
  setSchedule,
} from "../../src/schedules/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";

const NIGHTLY = {
  name: "nightly",
  cron: "0 4 * * *",
  timeZone: "UTC",
  task: "retention",
  payload: { sweepDays: 7 },
  enabled: true,
};

async function only(database: Database, name: string) {
  return (await listSchedules(database)).find((schedule) => schedule.name === name);
}

describe("fireDueSchedules", () => {
  it("fires each due time once, however many call it at once", async () => {
    await using database = await createTestDatabase();
    await setSchedule(database, NIGHTLY);
    await database.pool.query(
      "update schedule set next_due_at = '2026-01-01T04:00:00Z' where name = 'nightly'",
    );
    const turns = await Promise.all(Array.from({ length: 8 }, () => fireDueSchedules(database)));
    expect(turns.flatMap(({ fired }) => fired)).toEqual([
      { schedule: "nightly", dueAtMs: Date.parse("2026-01-01T04:00:00Z") },
    ]);
    expect((await only(database, "nightly"))?.nextDueAt?.getTime()).toBeGreaterThan(Date.now());
  });

  it("leaves what is not due and what is switched off alone", async () => {
    await using database = await createTestDatabase();
    await fireDueSchedules(database);
    await setSchedule(database, { ...NIGHTLY, enabled: false });
    await database.pool.query("update schedule set next_due_at = now() where name = 'nightly'");
    expect(await fireDueSchedules(database)).toEqual({ fired: [], disabled: [] });
  });
});

describe("a schedule", () => {
  it("is set, replaced and removed with its firings", async () => {
    await using database = await createTestDatabase();
    await using queues = await openQueues({ kind: "postgres", url: database.url });
    await setSchedule(database, NIGHTLY);
    await setSchedule(database, { ...NIGHTLY, cron: "0 5 * * *", payload: {} });
    expect(await only(database, "nightly")).toMatchObject({
      cron: "0 5 * * *",
      payload: { sweepDays: 90, firingDays: 90 },
      lastState: null,
    });
    const dueAt = await runScheduleNow({ database, queues }, "nightly");
    expect((await queues.counts(runTask)).waiting).toBe(1);
    expect(await only(database, "nightly")).toMatchObject({ lastDueAt: dueAt, lastState: "queued" });
    await removeSchedule(database, "nightly");
    expect(await only(database, "nightly")).toBeUndefined();
    expect((await database.pool.query("select from schedule_firing")).rowCount).toBe(0);
  });

  it.each([
    [{ name: "Nightly!" }, "BAD_ARGUMENT"],
    [{ cron: "soon" }, "BAD_ARGUMENT"],
    [{ timeZone: "Mars/Olympus" }, "BAD_ARGUMENT"],
    [{ task: "drop-everything" }, "TASK_UNKNOWN"],
    [{ task: "toString" }, "TASK_UNKNOWN"],
    [{ payload: { sweepDays: 0 } }, "BAD_ARGUMENT"],
    [{ payload: { factDays: 1 } }, "BAD_ARGUMENT"],
  ])("is refused with %j", async (change, code) => {
    await using database = await createTestDatabase();
    await expect(setSchedule(database, { ...NIGHTLY, ...change })).rejects.toMatchObject({ code });
    expect(await only(database, "nightly")).toBeUndefined();
  });

  it("is not found under an unknown name", async () => {
    await using database = await createTestDatabase();
    await using queues = await openQueues({ kind: "postgres", url: database.url });
    const unknown = { code: "SCHEDULE_NOT_FOUND" };
    await expect(removeSchedule(database, "none")).rejects.toMatchObject(unknown);
    await expect(runScheduleNow({ database, queues }, "none")).rejects.toMatchObject(unknown);
  });
});

describe("prune", () => {
  it("deletes old firings that have ended, but the last of each schedule", async () => {
    await using database = await createTestDatabase();
    await setSchedule(database, NIGHTLY);
    await database.pool.query(
      `insert into schedule_firing (schedule, due_at, task, payload, state, finished_at)
       select 'nightly', now() - age, 'retention', '{}', state, now() - age
       from (values (interval '40 days', 'completed'), ('30 days', 'running'), ('20 days', 'failed'),
                    ('10 days', 'completed')) as old (age, state)`,
    );
    expect(await prune(database, { sweepDays: 1, firingDays: 15 })).toEqual({ sweeps: 0, firings: 2 });
    expect(await prune(database, { sweepDays: 1, firingDays: 1 })).toEqual({ sweeps: 0, firings: 0 });
  });
});
