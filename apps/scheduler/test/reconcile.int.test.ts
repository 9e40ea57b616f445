import { HairlineError } from "@hairline/core/errors";
import { planRun, scoreShard, type ScoreShard } from "@hairline/core/jobs";
import { describe, expect, it } from "vitest";
import { createPlanRunHandler } from "../src/plan-run.ts";
import { reconcile } from "../src/reconcile.ts";
import { createDataset, createModel, createRun, finishShard, readRun } from "./archive.ts";
import { BACKENDS, openBackend, type Backend } from "./backend.ts";

/** A run of ten images in shards of three: 0, 1, 2 and the last with one image. */
async function plannedRun(backend: Backend): Promise<string> {
  const { database } = backend;
  const { datasetId } = await createDataset(database, 10);
  const runId = await createRun(database, { datasetId, modelId: await createModel(database), shardSize: 3 });
  await createPlanRunHandler(backend)({ runId }, new AbortController().signal);
  return runId;
}

/** Resolves once a worker has given up the job of one shard. */
async function giveUp(backend: Backend, shard: ScoreShard): Promise<void> {
  await backend.wipe();
  await new Promise<void>((resolve, reject) => {
    backend.queues.work(
      scoreShard,
      async () => {
        throw new HairlineError("MODEL_NOT_FOUND", "no such model");
      },
      { onFailure: () => resolve() },
    );
    backend.queues.enqueue(scoreShard, [shard]).catch(reject);
  });
}

describe.each(BACKENDS)("reconciling on %s", (kind) => {
  it("puts the open shards back after the queue was wiped, and no finished one", async () => {
    await using backend = await openBackend(kind);
    const runId = await plannedRun(backend);
    await finishShard(backend.database, { runId, ordinal: 2 });
    await backend.wipe();
    expect((await backend.queues.counts(scoreShard)).waiting).toBe(0);

    await reconcile(backend);
    expect((await backend.queues.counts(scoreShard)).waiting).toBe(3);
    const ordinals: number[] = [];
    await new Promise<void>((resolve) => {
      backend.queues.work(scoreShard, async ({ ordinal }) => {
        if (ordinals.push(ordinal) === 3) resolve();
      });
    });
    expect(ordinals).toEqual([0, 1, 3]);
  });

  it("puts back the one job that is missing", async () => {
    await using backend = await openBackend(kind);
    const runId = await plannedRun(backend);
    await backend.wipe();
    await backend.queues.enqueue(
      scoreShard,
      [0, 1, 3].map((ordinal) => ({ runId, ordinal })),
    );
    await reconcile(backend);
    expect((await backend.queues.counts(scoreShard)).waiting).toBe(4);
  });

  it("changes nothing when nothing is lost, however often it is done", async () => {
    await using backend = await openBackend(kind);
    const runId = await plannedRun(backend);
    await Promise.all([reconcile(backend), reconcile(backend)]);
    await reconcile(backend);
    expect(await backend.queues.counts(scoreShard)).toEqual({ waiting: 4, active: 0, delayed: 0, failed: 0 });
    expect(await readRun(backend.database, runId)).toMatchObject({ state: "running" });
  });

  it("queues the planning of a run whose job was lost or never queued", async () => {
    await using backend = await openBackend(kind);
    const { database, queues } = backend;
    const { datasetId } = await createDataset(database, 2);
    await createRun(database, { datasetId, modelId: await createModel(database), shardSize: 3 });
    await reconcile(backend);
    await reconcile(backend);
    expect((await queues.counts(planRun)).waiting).toBe(1);
  });

  it("queues no shard of a run that was cancelled", async () => {
    await using backend = await openBackend(kind);
    const runId = await plannedRun(backend);
    await backend.wipe();
    await backend.database.pool.query("update run set state = 'cancelled' where id = $1", [runId]);
    await reconcile(backend);
    expect((await backend.queues.counts(scoreShard)).waiting).toBe(0);
    expect(await readRun(backend.database, runId)).toMatchObject({ state: "cancelled" });
  });

  it("fails a run with the code of the shard that was given up", async () => {
    await using backend = await openBackend(kind);
    const runId = await plannedRun(backend);
    await giveUp(backend, { runId, ordinal: 1 });
    await reconcile(backend);
    expect(await readRun(backend.database, runId)).toMatchObject({
      state: "failed",
      error_code: "MODEL_NOT_FOUND",
      finished: true,
    });
    expect((await backend.queues.counts(scoreShard)).waiting).toBe(0);
  });

  it("does not fail a run for a job that was given up after its shard was done", async () => {
    await using backend = await openBackend(kind);
    const runId = await plannedRun(backend);
    await giveUp(backend, { runId, ordinal: 1 });
    await finishShard(backend.database, { runId, ordinal: 1 });
    await reconcile(backend);
    expect(await readRun(backend.database, runId)).toMatchObject({ state: "running", error_code: null });
  });

  it("fails a run whose planning was given up", async () => {
    await using backend = await openBackend(kind);
    const { database, queues } = backend;
    const { datasetId } = await createDataset(database, 2);
    const modelId = await createModel(database);
    const runId = await createRun(database, { datasetId, modelId, shardSize: 3 });
    await new Promise<void>((resolve, reject) => {
      queues.work(
        planRun,
        async () => {
          throw new HairlineError("BAD_SHAPE", "a defect");
        },
        { onFailure: () => resolve() },
      );
      queues.enqueue(planRun, [{ runId }]).catch(reject);
    });
    await reconcile(backend);
    expect(await readRun(database, runId)).toMatchObject({ state: "failed", error_code: "BAD_SHAPE" });
  });
});

describe("ending runs", () => {
  it.each([
    // Shards of 3, 3, 3 and 1: 10 planned. Two images in quarantine leave 8 scored; both count.
    { title: "all scored", quarantined: [0, 0, 0, 0], lost: 0, deleted: 0, state: "completed", code: null },
    {
      title: "some in quarantine",
      quarantined: [1, 0, 0, 1],
      lost: 0,
      deleted: 0,
      state: "completed",
      code: null,
    },
    {
      title: "all in quarantine",
      quarantined: [3, 3, 3, 1],
      lost: 0,
      deleted: 0,
      state: "completed",
      code: null,
    },
    // One image deleted before it was scored: 9 and 1.
    { title: "one deleted", quarantined: [0, 0, 0, 0], lost: 1, deleted: 1, state: "completed", code: null },
    // One image neither scored nor in quarantine: 9 of 10.
    {
      title: "one lost",
      quarantined: [0, 0, 0, 0],
      lost: 1,
      deleted: 0,
      state: "failed",
      code: "LEDGER_UNBALANCED",
    },
    {
      title: "one too many",
      quarantined: [0, 0, 0, 0],
      lost: -1,
      deleted: 0,
      state: "failed",
      code: "LEDGER_UNBALANCED",
    },
  ])("ends a run with $title as $state", async ({ quarantined, lost, deleted, state, code }) => {
    await using backend = await openBackend("postgres");
    const runId = await plannedRun(backend);
    for (const [ordinal, count] of quarantined.entries()) {
      await finishShard(backend.database, { runId, ordinal }, count);
    }
    await backend.database.pool.query(
      "update shard set scored = scored - $2::int, deleted = $3::int where run_id = $1 and ordinal = 0",
      [runId, lost, deleted],
    );
    await reconcile(backend);
    expect(await readRun(backend.database, runId)).toMatchObject({ state, error_code: code, finished: true });
  });

  it("leaves a run going that has one shard to do", async () => {
    await using backend = await openBackend("postgres");
    const runId = await plannedRun(backend);
    for (const ordinal of [0, 1, 2]) await finishShard(backend.database, { runId, ordinal });
    await reconcile(backend);
    expect(await readRun(backend.database, runId)).toMatchObject({ state: "running", finished: false });
  });

  it("leaves a run alone that is not planned yet", async () => {
    await using backend = await openBackend("postgres");
    const { database } = backend;
    const { datasetId } = await createDataset(database, 2);
    const runId = await createRun(database, {
      datasetId,
      modelId: await createModel(database),
      shardSize: 3,
    });
    await reconcile(backend);
    expect(await readRun(database, runId)).toMatchObject({ state: "planning", finished: false });
  });
});
