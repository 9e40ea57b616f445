import { hostname } from "node:os";
import type { Database } from "@hairline/core/db";
import { createTestDatabase } from "@hairline/core/testing";
import {
  listWorkers,
  readRunWorkers,
  startHeartbeat,
  type Heartbeat,
  type HeartbeatOptions,
  type WorkerActivity,
  type WorkerRegistration,
} from "@hairline/core/workers";
import { expect, test, vi } from "vitest";

const WAIT = { timeout: 60_000, interval: 20 };
const RUN = "00000000-0000-4000-8000-000000000001";

const SCORER: WorkerRegistration = {
  role: "worker-gpu",
  engine: {
    engine: "cuda",
    engineVersion: "1.30.0",
    device: "cuda:1",
    threads: { cores: 8, decodeThreads: 6, engines: 1, threadsPerEngine: 1 },
  },
};

type Started = Heartbeat & AsyncDisposable;

/** Reports every 50 ms, and stops with the test. */
async function start(database: Database, options: Partial<HeartbeatOptions> = {}): Promise<Started> {
  const heartbeat = await startHeartbeat({
    database,
    registration: SCORER,
    intervalMs: 50,
    onFailure: (error) => {
      throw error;
    },
    ...options,
  });
  return Object.assign(heartbeat, { [Symbol.asyncDispose]: () => heartbeat.stop() });
}

async function only(database: Database, withStopped = false) {
  const [worker, ...others] = await listWorkers(database, { withStopped });
  expect(others).toEqual([]);
  return worker;
}

/** As if it had last been seen so long ago. */
async function age({ pool }: Database, id: string, interval: string): Promise<void> {
  await pool.query("update worker set seen_at = seen_at - $2::interval where id = $1", [id, interval]);
}

test("registers what a worker is before it has reported any work", async () => {
  await using database = await createTestDatabase();
  await using heartbeat = await start(database, { intervalMs: 3_600_000 });
  expect(await only(database)).toMatchObject({
    id: heartbeat.workerId,
    state: "running",
    role: "worker-gpu",
    host: hostname(),
    pid: process.pid,
    engine: "cuda",
    engineVersion: "1.30.0",
    device: "cuda:1",
    cores: 8,
    decodeThreads: 6,
    engines: 1,
    threadsPerEngine: 1,
    batchSize: null,
    images: 0,
    imagesPerSecond: null,
    runId: null,
    stoppedAt: null,
  });
});

test("reports work, rate and the shard at hand at every beat, and none of it once stopped", async () => {
  await using database = await createTestDatabase();
  let activity: WorkerActivity = { images: 0, batchSize: 32, shard: undefined };
  const heartbeat = await start(database, { activity: () => activity });
  activity = { images: 500, batchSize: 16, shard: { runId: RUN, ordinal: 7 } };
  await vi.waitFor(
    async () => expect(await only(database)).toMatchObject({ images: 500, batchSize: 16, shardOrdinal: 7 }),
    WAIT,
  );
  await vi.waitFor(async () => expect((await readRunWorkers(database, RUN)).workers).toBe(1), WAIT);
  // No image more: the rate of the last interval falls to 0.
  await vi.waitFor(
    async () => expect(await only(database)).toMatchObject({ imagesPerSecond: 0, runId: RUN }),
    WAIT,
  );

  activity = { ...activity, images: 512 };
  await heartbeat.stop();
  const stopped = await only(database, true);
  expect(stopped).toMatchObject({ state: "stopped", images: 512, imagesPerSecond: null, runId: null });
  expect(stopped?.stoppedAt).toEqual(stopped?.seenAt);
  expect(await listWorkers(database)).toEqual([]);
  expect(await readRunWorkers(database, RUN)).toEqual({ workers: 0, imagesPerSecond: null });
});

test("measures a rate above 0 while images go by", async () => {
  await using database = await createTestDatabase();
  let images = 0;
  await using _heartbeat = await start(database, {
    activity: () => ({ images: (images += 10), batchSize: 8, shard: { runId: RUN, ordinal: 0 } }),
  });
  await vi.waitFor(async () => {
    const { imagesPerSecond } = await readRunWorkers(database, RUN);
    expect(imagesPerSecond).toBeGreaterThan(0);
  }, WAIT);
});

test("is lost after three of its own intervals, without a rate, and running again when it reports", async () => {
  await using database = await createTestDatabase();
  await using slow = await start(database, { intervalMs: 60_000 });
  await database.pool.query("update worker set images_per_second = 3, run_id = $1, shard_ordinal = 0", [RUN]);
  await age(database, slow.workerId, "90 seconds");
  expect(await only(database)).toMatchObject({ state: "running", imagesPerSecond: 3, runId: RUN });
  await age(database, slow.workerId, "91 seconds");
  expect(await only(database)).toMatchObject({ state: "lost", imagesPerSecond: null, runId: null });
  expect(await readRunWorkers(database, RUN)).toEqual({ workers: 0, imagesPerSecond: null });

  await using quick = await start(database);
  await age(database, quick.workerId, "1 hour");
  await vi.waitFor(async () => {
    const states = (await listWorkers(database)).map(({ id, state }) => [id, state]);
    expect(states).toEqual([
      [quick.workerId, "running"],
      [slow.workerId, "lost"],
    ]);
  }, WAIT);
});

test("deletes rows not seen for a week, stopped or not, when the next worker starts", async () => {
  await using database = await createTestDatabase();
  await using running = await start(database, { intervalMs: 3_600_000 });
  await using forgotten = await start(database, { intervalMs: 3_600_000 });
  await using stopped = await start(database, { intervalMs: 3_600_000 });
  await using old = await start(database, { intervalMs: 3_600_000 });
  await Promise.all([stopped.stop(), old.stop()]);
  for (const { workerId } of [running, stopped]) await age(database, workerId, "6 days 23 hours");
  for (const { workerId } of [forgotten, old]) await age(database, workerId, "7 days 1 second");

  await using next = await start(database, { intervalMs: 3_600_000 });
  const kept = (await listWorkers(database, { withStopped: true })).map(({ id, state }) => [id, state]);
  expect(kept).toEqual([
    [next.workerId, "running"],
    [running.workerId, "lost"],
    [stopped.workerId, "stopped"],
  ]);
});

test("goes on when its reports fail: says so once, says when they succeed, and registers again", async () => {
  await using database = await createTestDatabase();
  const events: string[] = [];
  let reports = 0;
  await using heartbeat = await start(database, {
    activity: () => ({ images: (reports += 1), batchSize: 8, shard: undefined }),
    onFailure: (error) => events.push((error as Error).message),
    onRecovery: () => events.push("recovered"),
  });
  await database.pool.query("alter table worker rename to hidden");
  const before = reports;
  await vi.waitFor(() => expect(reports).toBeGreaterThan(before + 3), WAIT);
  expect(events).toEqual(['relation "worker" does not exist']);
  // Whoever restores a backup may bring back a table without the row.
  await database.pool.query("delete from hidden");
  await database.pool.query("alter table hidden rename to worker");
  await vi.waitFor(async () => expect((await only(database))?.images).toBeGreaterThan(before + 3), WAIT);
  expect(events).toEqual(['relation "worker" does not exist', "recovered"]);
  expect((await only(database))?.id).toBe(heartbeat.workerId);
});

test("starts and stops without the table", async () => {
  await using database = await createTestDatabase();
  await database.pool.query("drop table worker cascade");
  const failures: unknown[] = [];
  const heartbeat = await start(database, { onFailure: (error) => failures.push(error) });
  await heartbeat.stop();
  await heartbeat.stop();
  expect(failures).toHaveLength(1);
});

test("stops when the database does not answer", async () => {
  await using database = await createTestDatabase();
  await using heartbeat = await start(database, { intervalMs: 3_600_000 });
  const client = await database.pool.connect();
  try {
    await client.query("begin");
    await client.query("lock table worker");
    await heartbeat.stop();
    expect(await client.query("select from worker where stopped_at is null")).toMatchObject({ rowCount: 1 });
    await client.query("rollback");
  } finally {
    client.release();
  }
});

test("lists a process that does not score without engine and plan", async () => {
  await using database = await createTestDatabase();
  await using _scheduler = await start(database, { registration: { role: "scheduler" } });
  const worker = await only(database);
  expect(worker).toMatchObject({ role: "scheduler", engine: null, device: null, cores: null, images: 0 });
  await vi.waitFor(async () => {
    expect((await only(database))?.seenAt.getTime()).toBeGreaterThan(worker?.seenAt.getTime() ?? 0);
  }, WAIT);
  expect((await only(database))?.imagesPerSecond).toBeNull();
});
