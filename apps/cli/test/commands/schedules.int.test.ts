import { createTestDatabase, temporaryFolder } from "@hairline/core/testing";
import { expect, test } from "vitest";
import { CliProcess } from "../cli-process.ts";

test("schedules are listed and set, and unknown tasks refused", { timeout: 120_000 }, async () => {
  await using database = await createTestDatabase();
  await using folder = await temporaryFolder();
  const schedules = (...args: string[]) =>
    new CliProcess(folder.path, ["schedules", ...args], { DATABASE_URL: database.url }).finished();

  const weekly = ["weekly", "--cron", "0 6 * * 1", "--task", "retention", "--time-zone", "Europe/Berlin"];
  const set = await schedules("set", ...weekly, "--payload", '{"firingDays": 30}');
  expect(set.stdout).toMatch(/weekly is next due \d{4}-\d{2}-\d{2}T0[45]:00:00\.000Z/);
  const refused = await schedules("set", "nightly", "--cron", "0 6 * * *", "--task", "no-such-task");
  expect(refused.stderr).toContain("error TASK_UNKNOWN");
  expect(refused.code).toBe(1);
  const listed = JSON.parse((await schedules("list", "--json")).stdout) as {
    name: string;
    payload: unknown;
  }[];
  expect(listed.map(({ name }) => name)).toEqual(["retention", "rollup-check", "weekly"]);
  expect(listed[2]?.payload).toEqual({ sweepDays: 90, firingDays: 30 });
});

test("dead letters are requeued by id or all, never by neither", { timeout: 120_000 }, async () => {
  await using database = await createTestDatabase();
  await using folder = await temporaryFolder();
  const letters = (...args: string[]) =>
    new CliProcess(folder.path, ["dead-letters", ...args], { DATABASE_URL: database.url }).finished();
  expect((await letters("requeue")).code).toBe(2);
  expect((await letters("requeue", "no-such-job")).stderr).toContain("error DEAD_LETTER_NOT_FOUND");
  expect(JSON.parse((await letters("requeue", "--all", "--json")).stdout)).toEqual({
    requeued: [],
    refused: [],
  });
});
