import { hostname } from "node:os";
import type { QueueConnection } from "@hairline/core/queue";
import { openQueues } from "@hairline/core/queue";
import { listWorkers, readRunWorkers } from "@hairline/core/workers";
import { expect, test, vi } from "vitest";
import { holdShards } from "./fixtures/hold-shards.ts";
import { readFacts, readShards } from "./fixtures/facts.ts";
import { queueRun } from "./fixtures/queue-run.ts";
import { openScoringSite, soundFiles, type ScoringSite } from "./fixtures/scoring-site.ts";
import { workerEnvironment } from "./fixtures/worker-config.ts";
import { spawnWorker, startWorkerProcess } from "./fixtures/worker-process.ts";

const WAIT = { timeout: 120_000, interval: 50 };
const OFTEN = { HAIRLINE_HEARTBEAT_MS: "200" };

const postgresOf = ({ database }: ScoringSite): QueueConnection => ({ kind: "postgres", url: database.url });

test("two workers share a run, each image scored once, and both are on the list", async () => {
  await using site = await openScoringSite(await soundFiles(24));
  const { database } = site;
  await using queues = await openQueues(postgresOf(site));
  const runId = await queueRun(site, queues);
  const [one, two] = await holdShards(database, runId, [0, 1, 2, 3, 4, 5]).then(async (held) => {
    await using _held = held;
    const both = [
      await startWorkerProcess(site, queues.connection, OFTEN),
      await startWorkerProcess(site, queues.connection, OFTEN),
    ] as const;
    // A worker holds two shards at most, so four commits under way are those of both.
    await held.reached(4);
    await vi.waitFor(async () => expect((await readRunWorkers(database, runId)).workers).toBe(2), WAIT);
    return both;
  });
  await using _one = one;
  await using _two = two;
  await vi.waitFor(async () => {
    expect((await readShards(database, runId)).every(({ done }) => done)).toBe(true);
  }, WAIT);

  const facts = await readFacts(database);
  expect(facts.map(({ image_id }) => image_id)).toEqual(site.imageIds);
  await vi.waitFor(async () => {
    const workers = await listWorkers(database);
    expect(new Set(workers.map(({ pid }) => pid))).toEqual(new Set([one.child.pid, two.child.pid]));
    expect(workers.reduce((sum, { images }) => sum + images, 0)).toBe(24);
    for (const worker of workers) {
      expect(worker).toMatchObject({ state: "running", host: hostname(), engine: "cpu", device: "cpu" });
      expect(worker).toMatchObject({ decodeThreads: 1, engines: 1, threadsPerEngine: 1, batchSize: 4 });
      expect(worker).toMatchObject({ runId: null, imagesPerSecond: 0 });
      expect(worker.images).toBeGreaterThanOrEqual(8);
    }
  }, WAIT);

  one.child.kill("SIGTERM");
  two.child.kill("SIGKILL");
  expect([await one.ended, await two.ended]).toEqual([0, "SIGKILL"]);
  await vi.waitFor(async () => {
    const states = await listWorkers(database, { withStopped: true });
    expect(states.map(({ pid, state }) => [pid, state])).toEqual([
      [two.child.pid, "lost"],
      [one.child.pid, "stopped"],
    ]);
  }, WAIT);
});

test("a worker scores on when it can no longer report", async () => {
  await using site = await openScoringSite(await soundFiles(8));
  await using queues = await openQueues(postgresOf(site));
  const environment = { ...OFTEN, HAIRLINE_LOG_LEVEL: "info" };
  await using worker = await startWorkerProcess(site, queues.connection, environment);
  await site.database.pool.query("alter table worker rename to hidden");
  await vi.waitFor(() => expect(worker.output()).toContain("no heartbeat; scoring goes on"), WAIT);
  await queueRun(site, queues);
  await vi.waitFor(async () => expect(await readFacts(site.database)).toHaveLength(8), WAIT);
  await site.database.pool.query("alter table hidden rename to worker");
  await vi.waitFor(() => expect(worker.output()).toContain("heartbeat again"), WAIT);
  expect(worker.output().match(/no heartbeat/g)).toHaveLength(1);
});

test("a worker whose GPU is absent says so and takes no shard", async () => {
  await using site = await openScoringSite(await soundFiles(4));
  await using queues = await openQueues(postgresOf(site));
  const runId = await queueRun(site, queues);
  await using worker = spawnWorker({
    ...workerEnvironment(site, queues.connection),
    HAIRLINE_ENGINE: "cuda",
    HAIRLINE_GPU: "1023",
    HAIRLINE_LOG_LEVEL: "info",
  });
  const told: unknown[] = [];
  worker.child.on("message", (message) => told.push(message));
  expect(await worker.ended).toBe(1);
  await vi.waitFor(() => expect(told).toHaveLength(1), WAIT);
  expect(told).toMatchObject([{ type: "failed", code: "ENGINE_UNAVAILABLE", field: "HAIRLINE_GPU" }]);
  expect(worker.output()).toContain("cannot run on GPU 1023");
  expect(await readShards(site.database, runId)).toMatchObject([{ done: false }]);
  expect(await listWorkers(site.database, { withStopped: true })).toEqual([]);
  const { rows } = await site.database.pool.query("select state from run");
  expect(rows).toEqual([{ state: "running" }]);
});
