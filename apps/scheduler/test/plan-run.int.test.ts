import { scoreShard } from "@hairline/core/jobs";
import { describe, expect, it } from "vitest";
import { createPlanRunHandler } from "../src/plan-run.ts";
import {
  addImages,
  addPredictions,
  addQuarantine,
  createDataset,
  createModel,
  createRun,
  finishShard,
  readMembers,
  readRun,
} from "./archive.ts";
import { BACKENDS, openBackend, type Backend } from "./backend.ts";

const never = new AbortController().signal;

const plan = (backend: Backend, runId: string) => createPlanRunHandler(backend)({ runId }, never);

async function waitingShards({ queues }: Backend): Promise<number> {
  return (await queues.counts(scoreShard)).waiting;
}

describe("planning a run", () => {
  it.each([
    { images: 0, shardSize: 4, sizes: [] },
    { images: 1, shardSize: 4, sizes: [1] },
    { images: 3, shardSize: 1, sizes: [1, 1, 1] },
    { images: 8, shardSize: 4, sizes: [4, 4] },
    { images: 9, shardSize: 4, sizes: [4, 4, 1] },
    { images: 5, shardSize: 65_536, sizes: [5] },
  ])("cuts $images images by $shardSize into shards of $sizes", async ({ images, shardSize, sizes }) => {
    await using backend = await openBackend("postgres");
    const { database } = backend;
    const { datasetId, imageIds } = await createDataset(database, images);
    const runId = await createRun(database, { datasetId, modelId: await createModel(database), shardSize });
    await plan(backend, runId);

    const members = await readMembers(database, runId);
    expect(members.map((ids) => ids.length)).toEqual(sizes);
    expect(members.flat()).toEqual(imageIds);
    expect(await waitingShards(backend)).toBe(sizes.length);
    expect(await readRun(database, runId)).toEqual({
      state: images === 0 ? "completed" : "running",
      planned: images,
      already_scored: 0,
      already_quarantined: 0,
      error_code: null,
      finished: images === 0,
    });
  });

  it("derives range and size of a shard from its members", async () => {
    await using backend = await openBackend("postgres");
    const { database } = backend;
    const { datasetId, imageIds } = await createDataset(database, 3);
    const modelId = await createModel(database);
    await addPredictions(database, modelId, imageIds.slice(1, 2));
    const runId = await createRun(database, { datasetId, modelId, shardSize: 10 });
    await plan(backend, runId);
    const { rows } = await database.pool.query(
      "select first_image_id, last_image_id, image_count from shard where run_id = $1",
      [runId],
    );
    expect(rows).toEqual([{ first_image_id: imageIds[0], last_image_id: imageIds[2], image_count: 2 }]);
  });

  it("takes only images of its dataset, also when another one lies between them", async () => {
    await using backend = await openBackend("postgres");
    const { database } = backend;
    const { datasetId, imageIds } = await createDataset(database, 2);
    const other = await createDataset(database, 3);
    const later = await addImages(database, datasetId, 2);
    const runId = await createRun(database, {
      datasetId,
      modelId: await createModel(database),
      shardSize: 3,
    });
    await plan(backend, runId);
    expect(await readMembers(database, runId)).toEqual([[...imageIds, later[0]], [later[1]]]);
    expect(other.imageIds).toHaveLength(3);
  });

  it("leaves out what this model has scored, not what another one has", async () => {
    await using backend = await openBackend("postgres");
    const { database } = backend;
    const { datasetId, imageIds } = await createDataset(database, 5);
    const modelId = await createModel(database);
    await addPredictions(database, modelId, imageIds.slice(0, 2));
    await addPredictions(database, await createModel(database), imageIds);
    const runId = await createRun(database, { datasetId, modelId, shardSize: 2 });
    await plan(backend, runId);
    expect(await readMembers(database, runId)).toEqual([imageIds.slice(2, 4), imageIds.slice(4)]);
    expect(await readRun(database, runId)).toMatchObject({ planned: 3, already_scored: 2 });
  });

  it("completes at once when every image is scored", async () => {
    await using backend = await openBackend("postgres");
    const { database } = backend;
    const { datasetId, imageIds } = await createDataset(database, 3);
    const modelId = await createModel(database);
    await addPredictions(database, modelId, imageIds);
    const runId = await createRun(database, { datasetId, modelId, shardSize: 2 });
    await plan(backend, runId);
    expect(await readRun(database, runId)).toMatchObject({
      state: "completed",
      planned: 0,
      already_scored: 3,
      finished: true,
    });
    expect(await waitingShards(backend)).toBe(0);
  });

  // Image 1 is scored, image 2 in quarantine, image 3 scored after it had been in quarantine, image 4 new.
  it.each([
    { retryQuarantined: false, members: [3], skipped: 1 },
    { retryQuarantined: true, members: [1, 3], skipped: 0 },
  ])("with retryQuarantined $retryQuarantined takes images $members of four", async (expected) => {
    await using backend = await openBackend("postgres");
    const { database } = backend;
    const { datasetId, imageIds } = await createDataset(database, 4);
    const modelId = await createModel(database);
    await addPredictions(database, modelId, [imageIds[0] ?? 0, imageIds[2] ?? 0]);
    await addQuarantine(database, modelId, imageIds.slice(1, 3));
    const { retryQuarantined } = expected;
    const runId = await createRun(database, { datasetId, modelId, shardSize: 10, retryQuarantined });
    await plan(backend, runId);
    expect(await readMembers(database, runId)).toEqual([expected.members.map((index) => imageIds[index])]);
    expect(await readRun(database, runId)).toMatchObject({
      planned: expected.members.length,
      already_scored: 2,
      already_quarantined: expected.skipped,
    });
  });

  it("fixes the members: images that come later are of the next run, even with an id in between", async () => {
    await using backend = await openBackend("postgres");
    const { database } = backend;
    const { datasetId, imageIds } = await createDataset(database, 4);
    // An import that was still open took this id before the run was planned, and commits after it.
    const [, late] = imageIds;
    await database.pool.query("delete from image where id = $1", [late]);
    const modelId = await createModel(database);
    const runId = await createRun(database, { datasetId, modelId, shardSize: 10 });
    await plan(backend, runId);
    await database.pool.query(
      `insert into image (id, dataset_id, study_id, object_key) overriding system value
       select $1, $2, id, 'late.png' from study where dataset_id = $2`,
      [late, datasetId],
    );
    const members = [imageIds.filter((id) => id !== late)];
    await plan(backend, runId);
    expect(await readMembers(database, runId)).toEqual(members);
    expect(await readRun(database, runId)).toMatchObject({ planned: 3 });
  });

  it("refuses a run that does not exist", async () => {
    await using backend = await openBackend("postgres");
    await expect(plan(backend, "00000000-0000-4000-8000-000000000000")).rejects.toMatchObject({
      code: "RUN_NOT_FOUND",
    });
  });

  it.each(["cancelled", "failed", "completed"])("leaves a %s run alone", async (state) => {
    await using backend = await openBackend("postgres");
    const { database } = backend;
    const { datasetId } = await createDataset(database, 3);
    const modelId = await createModel(database);
    const runId = await createRun(database, { datasetId, modelId, shardSize: 2, state });
    await plan(backend, runId);
    expect(await readMembers(database, runId)).toEqual([]);
    expect(await readRun(database, runId)).toMatchObject({ state, planned: 0 });
    expect(await waitingShards(backend)).toBe(0);
  });

  it("queues no shard of a run that was cancelled after it was planned", async () => {
    await using backend = await openBackend("postgres");
    const { database } = backend;
    const { datasetId } = await createDataset(database, 3);
    const modelId = await createModel(database);
    const runId = await createRun(database, { datasetId, modelId, shardSize: 1 });
    await plan(backend, runId);
    await backend.wipe();
    await database.pool.query("update run set state = 'cancelled' where id = $1", [runId]);
    await plan(backend, runId);
    expect(await waitingShards(backend)).toBe(0);
  });
});

describe.each(BACKENDS)("planning again, on %s", (kind) => {
  it("gives the same shards and queues none twice", async () => {
    await using backend = await openBackend(kind);
    const { database } = backend;
    const { datasetId } = await createDataset(database, 10);
    const modelId = await createModel(database);
    const runId = await createRun(database, { datasetId, modelId, shardSize: 3 });
    await plan(backend, runId);
    const members = await readMembers(database, runId);
    await plan(backend, runId);
    expect(await readMembers(database, runId)).toEqual(members);
    expect(await waitingShards(backend)).toBe(4);
  });

  it("goes on after a crash between planning and queueing", async () => {
    await using backend = await openBackend(kind);
    const { database } = backend;
    const { datasetId } = await createDataset(database, 10);
    const modelId = await createModel(database);
    const runId = await createRun(database, { datasetId, modelId, shardSize: 3 });
    const interrupted = createPlanRunHandler(backend)({ runId }, AbortSignal.abort(new Error("killed")));
    await expect(interrupted).rejects.toThrow("killed");
    expect(await readRun(database, runId)).toMatchObject({ state: "running", planned: 10 });
    expect(await waitingShards(backend)).toBe(0);
    await plan(backend, runId);
    expect(await waitingShards(backend)).toBe(4);
  });

  it("queues the rest after a crash halfway through queueing, and no shard that is done", async () => {
    await using backend = await openBackend(kind);
    const { database, queues } = backend;
    const { datasetId } = await createDataset(database, 10);
    const modelId = await createModel(database);
    const runId = await createRun(database, { datasetId, modelId, shardSize: 3 });
    await plan(backend, runId);
    await backend.wipe();
    await queues.enqueue(scoreShard, [{ runId, ordinal: 1 }]);
    await finishShard(database, { runId, ordinal: 0 });
    await plan(backend, runId);
    expect(await waitingShards(backend)).toBe(3);
  });

  it("plans once when several schedulers plan at the same moment", async () => {
    await using backend = await openBackend(kind);
    const { database } = backend;
    const { datasetId, imageIds } = await createDataset(database, 50);
    const modelId = await createModel(database);
    const runId = await createRun(database, { datasetId, modelId, shardSize: 7 });
    await Promise.all([1, 2, 3, 4].map(() => plan(backend, runId)));
    expect((await readMembers(database, runId)).flat()).toEqual(imageIds);
    expect(await readRun(database, runId)).toMatchObject({ state: "running", planned: 50 });
    expect(await waitingShards(backend)).toBe(8);
  });
});
