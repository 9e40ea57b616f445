import { hostname } from "node:os";
import { createTestDatabase, temporaryFolder } from "@hairline/core/testing";
import { startHeartbeat, type WorkerReport } from "@hairline/core/workers";
import { expect, test } from "vitest";
import { CliProcess, hairline } from "../cli-process.ts";

const THREADS = { cores: 4, decodeThreads: 4, engines: 1, threadsPerEngine: 1 };

test("lists workers with device, state and rate, and those that stopped when asked", async () => {
  await using database = await createTestDatabase();
  await using home = await temporaryFolder();
  const workers = (...args: string[]) =>
    new CliProcess(home.path, ["workers", ...args], { DATABASE_URL: database.url }).finished();
  expect(await workers()).toMatchObject({ code: 0, stdout: "no worker is running.\n" });

  const failures: unknown[] = [];
  const start = (device: string) =>
    startHeartbeat({
      database,
      registration: {
        role: "worker-gpu",
        engine: { engine: "cuda", engineVersion: "1.30.0", device, threads: THREADS },
      },
      intervalMs: 3_600_000,
      onFailure: (error) => failures.push(error),
    });
  const heartbeats = [await start("cuda:0"), await start("cuda:1")] as const;
  try {
    await heartbeats[1].stop();
    await database.pool.query(
      `update worker set images = 1234, images_per_second = 56.78, shard_ordinal = 3,
         run_id = '00000000-0000-4000-8000-000000000001'
       where stopped_at is null`,
    );
    const table = (await workers()).stdout;
    for (const cell of [hostname(), "cuda:0", "cuda 1.30.0", "running", "56.8", "1234", "-4000-8000-"])
      expect(table).toContain(cell);
    expect(table).not.toContain("cuda:1");
    const listed = JSON.parse((await workers("--all", "--json")).stdout) as WorkerReport[];
    expect(listed.map(({ device, state, imagesPerSecond }) => [device, state, imagesPerSecond])).toEqual([
      ["cuda:0", "running", 56.78],
      ["cuda:1", "stopped", null],
    ]);
  } finally {
    for (const heartbeat of heartbeats) await heartbeat.stop();
  }
  expect(failures).toEqual([]);
});

test.each([
  ["--devices", "0,0"],
  ["--devices", "one"],
  ["--devices", "0", "--workers", "1"],
  // The default engine has no GPU to choose.
  ["--devices", "0"],
])("refuses score %s %s before it opens anything", async (...args) => {
  await using home = await temporaryFolder();
  const ended = await hairline(home.path, "score", "archive", ...args.filter(Boolean));
  expect(ended).toMatchObject({ code: 2, stdout: "" });
  expect(ended.stderr).toContain("--devices");
});
