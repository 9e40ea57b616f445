import { planRun, scoreShard } from "@hairline/core/jobs";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../src/config.ts";
import { startScheduler } from "../src/scheduler.ts";
import { createDataset, createModel, createRun, finishShard, readRun } from "./archive.ts";
import { BACKENDS, openBackend, type Backend } from "./backend.ts";

function configOf({ database, connection }: Backend) {
  return loadConfig({
    DATABASE_URL: database.url,
    ...(connection.kind === "redis" ? { REDIS_URL: connection.url } : {}),
    HAIRLINE_RECONCILE_INTERVAL_MS: "100",
    HAIRLINE_COMPLETION_INTERVAL_MS: "50",
  });
}

describe.each(BACKENDS)("two schedulers on %s", (kind) => {
  it("take each run through every shard once, also when the queue is wiped in the middle", async () => {
    await using backend = await openBackend(kind);
    const { database, queues, log } = backend;
    const modelId = await createModel(database);
    const runIds = await Promise.all(
      [0, 1, 25, 40].map(async (images) => {
        const { datasetId } = await createDataset(database, images);
        return createRun(database, { datasetId, modelId, shardSize: 4 });
      }),
    );
    const schedulers = await Promise.all([
      startScheduler(configOf(backend), log),
      startScheduler(configOf(backend), log),
    ]);
    await queues.enqueue(
      planRun,
      runIds.map((runId) => ({ runId })),
    );
    const finished: string[] = [];
    queues.work(scoreShard, async (shard) => {
      finished.push(`${shard.runId} ${shard.ordinal}`);
      await finishShard(database, shard);
      if (finished.length === 3) await backend.wipe();
    });
    const states = async () =>
      (await Promise.all(runIds.map((runId) => readRun(database, runId)))).map((run) => run?.state);
    await expect.poll(states, { timeout: 120_000 }).toEqual(runIds.map(() => "completed"));
    await Promise.all(schedulers.map((scheduler) => scheduler.close({ drainMs: 1_000 })));

    // 0, 1, 25 and 40 images by four: 0 + 1 + 7 + 10 shards.
    expect(new Set(finished).size).toBe(18);
  });
});

describe("a scheduler", () => {
  it("restores a wiped queue before it reports itself started", async () => {
    await using backend = await openBackend("redis");
    const { database, queues, log } = backend;
    const { datasetId } = await createDataset(database, 4);
    const modelId = await createModel(database);
    const runId = await createRun(database, { datasetId, modelId, shardSize: 2 });
    const first = await startScheduler(configOf(backend), log);
    await queues.enqueue(planRun, [{ runId }]);
    await expect.poll(async () => (await queues.counts(scoreShard)).waiting, { timeout: 120_000 }).toBe(2);
    await first.close({ drainMs: 1_000 });
    await backend.wipe();

    const second = await startScheduler(configOf(backend), log);
    expect((await queues.counts(scoreShard)).waiting).toBe(2);
    await second.close({ drainMs: 1_000 });
  });

  it("does not start without its database", async () => {
    await using backend = await openBackend("postgres");
    const config = { ...configOf(backend), databaseUrl: "postgres://nobody:hunter2@127.0.0.1:1/none" };
    await expect(startScheduler(config, backend.log)).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
  });

  it("does not start without its queue", async () => {
    await using backend = await openBackend("postgres");
    const config = { ...configOf(backend), queue: { kind: "redis", url: "redis://127.0.0.1:1" } as const };
    await expect(startScheduler(config, backend.log)).rejects.toMatchObject({ code: "QUEUE_UNAVAILABLE" });
  });
});
