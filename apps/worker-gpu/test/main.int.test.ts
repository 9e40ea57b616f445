import { scoreShard } from "@hairline/core/jobs";
import { openQueues } from "@hairline/core/queue";
import { describe, expect, it, vi } from "vitest";
import { readFacts, readShards } from "./fixtures/facts.ts";
import { holdShards } from "./fixtures/hold-shards.ts";
import { queueRun, SHARD_SIZE } from "./fixtures/queue-run.ts";
import { openQueueServer, QUEUE_KINDS } from "./fixtures/queue-server.ts";
import { openScoringSite, soundFiles, type ScoringSite } from "./fixtures/scoring-site.ts";
import { workerEnvironment } from "./fixtures/worker-config.ts";
import { spawnWorker, startWorkerProcess } from "./fixtures/worker-process.ts";

async function doneShards({ database }: ScoringSite, runId: string): Promise<number[]> {
  return (await readShards(database, runId)).filter(({ done }) => done).map(({ ordinal }) => ordinal);
}

describe.each(QUEUE_KINDS)("a worker process on %s", (kind) => {
  it("is killed in the middle of two shards, and another one finishes the run without rewriting a fact", async () => {
    await using site = await openScoringSite(await soundFiles(10 * SHARD_SIZE));
    await using server = await openQueueServer(kind, site.database);
    await using queues = await openQueues(server.connection);
    const runId = await queueRun(site, queues);
    let before: Awaited<ReturnType<typeof readFacts>>;
    {
      await using held = await holdShards(site.database, runId, [3, 7]);
      await using killed = await startWorkerProcess(site, server.connection);
      await held.reached(2);
      killed.child.kill("SIGKILL");
      expect(await killed.ended).toBe("SIGKILL");
      expect(await doneShards(site, runId)).toEqual([0, 1, 2, 4, 5, 6]);
      before = await readFacts(site.database);
      expect(before).toHaveLength(6 * SHARD_SIZE);
    }

    await using _second = await startWorkerProcess(site, server.connection);
    await vi.waitFor(async () => expect(await doneShards(site, runId)).toHaveLength(10), {
      timeout: 120_000,
      interval: 50,
    });
    const after = await readFacts(site.database);
    expect(after.map(({ image_id }) => image_id)).toEqual(site.imageIds);
    const written = new Set(before.map(({ image_id }) => image_id));
    expect(after.filter(({ image_id }) => written.has(image_id))).toEqual(before);
    expect(await readShards(site.database, runId)).toEqual(
      Array.from({ length: 10 }, (_, ordinal) => ({
        ordinal,
        scored: 4,
        quarantined: 0,
        deleted: 0,
        done: true,
      })),
    );
  });

  it("finishes the shard at hand on SIGTERM and leaves the others in the queue", async () => {
    await using site = await openScoringSite(await soundFiles(6 * SHARD_SIZE));
    await using server = await openQueueServer(kind, site.database);
    await using queues = await openQueues(server.connection);
    const runId = await queueRun(site, queues);
    const worker = await holdShards(site.database, runId, [0, 1]).then(async (held) => {
      await using _held = held;
      const started = await startWorkerProcess(site, server.connection, { HAIRLINE_LOG_LEVEL: "info" });
      await held.reached(2);
      started.child.kill("SIGTERM");
      await vi.waitFor(() => expect(started.output()).toContain('"stopping"'), { timeout: 120_000 });
      return started;
    });
    await using _worker = worker;
    expect(await worker.ended).toBe(0);
    expect(await doneShards(site, runId)).toEqual([0, 1]);
    expect(await queues.counts(scoreShard)).toMatchObject({ waiting: 4, active: 0, failed: 0 });
    const { rows } = await site.database.pool.query("select state from run");
    expect(rows).toEqual([{ state: "running" }]);
  });
});

describe("a worker process", () => {
  it("ends when its parent is gone", async () => {
    await using site = await openScoringSite(await soundFiles(1));
    await using worker = await startWorkerProcess(site, { kind: "postgres", url: site.database.url });
    worker.child.disconnect();
    expect(await worker.ended).toBe(0);
  });

  it("names every bad variable and does not start", async () => {
    await using worker = spawnWorker({ DATABASE_URL: "mysql://localhost", HAIRLINE_BATCH_SIZE: "0" });
    expect(await worker.ended).toBe(2);
    expect(JSON.parse(worker.output())).toMatchObject({
      code: "BAD_CONFIG",
      field: "DATABASE_URL, HAIRLINE_BATCH_SIZE",
    });
  });

  it("does not start without its database, and keeps the password to itself", async () => {
    await using worker = spawnWorker({ DATABASE_URL: "postgres://hairline:secret@127.0.0.1:1/hairline" });
    expect(await worker.ended).toBe(1);
    expect(worker.output()).toContain('"DATABASE_UNAVAILABLE"');
    expect(worker.output()).not.toContain("secret");
  });

  it("logs ids, never object keys", async () => {
    await using site = await openScoringSite(new Map([["patient00001/broken.png", Uint8Array.of(1, 2, 3)]]));
    await using queues = await openQueues({ kind: "postgres", url: site.database.url });
    const runId = await queueRun(site, queues);
    const environment = workerEnvironment(site, queues.connection);
    await using worker = spawnWorker({ ...environment, HAIRLINE_LOG_LEVEL: "info" });
    await vi.waitFor(() => expect(worker.output()).toContain('"shard done"'), { timeout: 120_000 });
    expect(worker.output()).toContain(runId);
    expect(worker.output()).not.toContain("patient00001");
    expect(worker.output()).not.toContain(site.root);
  });
});
