import { planRun, scoreShard } from "@hairline/core/jobs";
import { cancelRun, pauseRun, readRunProgress, requireBalancedLedger, resumeRun } from "@hairline/core/runs";
import { describe, expect, it } from "vitest";
import { createPlanRunHandler } from "../src/plan-run.ts";
import { reconcile } from "../src/reconcile.ts";
import { addQuarantine, createDataset, createModel, createRun, finishShard } from "./archive.ts";
import { BACKENDS, openBackend, type Backend } from "./backend.ts";

const PATIENCE = { timeout: 60_000, interval: 50 };
const never = new AbortController().signal;

async function planned(backend: Backend, images: number, priority = "normal"): Promise<string> {
  const { database } = backend;
  const { datasetId } = await createDataset(database, images);
  const runId = await createRun(database, { datasetId, modelId: await createModel(database), shardSize: 1 });
  await database.pool.query("update run set priority = $2 where id = $1", [runId, priority]);
  await createPlanRunHandler(backend)({ runId }, never);
  return runId;
}

describe.each(BACKENDS)("runs on %s", (kind) => {
  it("are scored by priority: an urgent one overtakes a large one, which overtakes an off-peak one", async () => {
    await using backend = await openBackend(kind);
    const offPeak = await planned(backend, 2, "off-peak");
    const large = await planned(backend, 40);
    const urgent = await planned(backend, 3, "urgent");
    const order: string[] = [];
    backend.queues.work(scoreShard, async ({ runId }) => {
      order.push(runId);
    });
    await expect.poll(() => order.length, PATIENCE).toBe(45);
    expect(order).toEqual([
      ...Array.from({ length: 3 }, () => urgent),
      ...Array.from({ length: 40 }, () => large),
      ...Array.from({ length: 2 }, () => offPeak),
    ]);
  });

  it("that are paused are left out of a wiped queue until they are resumed", async () => {
    await using backend = await openBackend(kind);
    const { database, queues } = backend;
    const runId = await planned(backend, 5);
    await pauseRun(database, runId);
    await backend.wipe();
    await reconcile(backend);
    expect((await queues.counts(scoreShard)).waiting).toBe(0);
    await finishShard(database, { runId, ordinal: 0 });

    await resumeRun(backend, runId);
    expect((await queues.counts(planRun)).waiting).toBe(1);
    await createPlanRunHandler(backend)({ runId }, never);
    expect((await queues.counts(scoreShard)).waiting).toBe(4);
  });

  it("that are cancelled keep what is done, and nothing queues the rest again", async () => {
    await using backend = await openBackend(kind);
    const { database, queues } = backend;
    const runId = await planned(backend, 5);
    await finishShard(database, { runId, ordinal: 0 });
    await finishShard(database, { runId, ordinal: 1 }, 1);
    await cancelRun(database, runId);
    await backend.wipe();
    await reconcile(backend);
    expect((await queues.counts(scoreShard)).waiting).toBe(0);
    const progress = await readRunProgress(database, runId);
    expect(progress).toMatchObject({
      state: "cancelled",
      planned: 5,
      scored: 1,
      quarantined: 1,
      notScored: 3,
    });
    requireBalancedLedger(progress);
  });

  it("of some images plan just those, also ones in quarantine when they are to be retried", async () => {
    await using backend = await openBackend(kind);
    const { database } = backend;
    const { datasetId, imageIds } = await createDataset(database, 6);
    const modelId = await createModel(database);
    const [a = 0, b = 0, c = 0] = imageIds;
    await addQuarantine(database, modelId, [b]);
    const runId = await createRun(database, { datasetId, modelId, shardSize: 2, retryQuarantined: true });
    await database.pool.query("update run set image_ids = $2 where id = $1", [runId, [a, b, c, 999_999]]);
    await createPlanRunHandler(backend)({ runId }, never);
    const { rows } = await database.pool.query(
      "select image_ids from shard where run_id = $1 order by ordinal",
      [runId],
    );
    expect(rows).toEqual([{ image_ids: [a, b] }, { image_ids: [c] }]);
  });
});
