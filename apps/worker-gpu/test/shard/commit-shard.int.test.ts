import { randomUUID } from "node:crypto";
import type { Database } from "@hairline/core/db";
import { camStatistics } from "@hairline/core/explain";
import { cancelRun, pauseRun, readRunProgress, requireBalancedLedger } from "@hairline/core/runs";
import { createTestDatabase } from "@hairline/core/testing";
import { describe, expect, it } from "vitest";
import type { Prediction, Rejection } from "../../src/pipeline/image-outcome.ts";
import { commitShard } from "../../src/shard/commit-shard.ts";
import { loadShard } from "../../src/shard/load-shard.ts";
import { insertDataset, insertModel, insertRun, type DatasetRows } from "../fixtures/archive-rows.ts";
import { readFacts, readQuarantine, readShards } from "../fixtures/facts.ts";

const CAM = Float32Array.of(0, 0.1, 0.2, 1 / 3);

function predict(imageId: number, changes: Partial<Prediction> = {}): Prediction {
  return {
    imageId,
    logit: Math.fround(0.3),
    probability: Math.fround(1 / (1 + Math.exp(-0.3))),
    statistics: camStatistics(CAM, [0.3, 0.5]),
    cam: CAM,
    camHeight: 2,
    camWidth: 2,
    ...changes,
  };
}

const reject = (imageId: number, message = "ends early"): Rejection => ({
  imageId,
  code: "IMAGE_TRUNCATED",
  message,
});

interface Planned extends DatasetRows {
  readonly modelId: number;
  readonly runId: string;
}

async function planOneShard(database: Database, images: number, embeddings = false): Promise<Planned> {
  const objectKeys = Array.from({ length: images }, (_, index) => `${index}.png`);
  const modelId = await insertModel(database);
  const archive = { ...(await insertDataset(database, { objectKeys })), modelId };
  const runId = await insertRun(database, { ...archive, shards: [archive.imageIds], embeddings });
  return { ...archive, runId };
}

async function load(database: Database, runId: string) {
  const shard = await loadShard(database, { runId, ordinal: 0 });
  if (shard === undefined) throw new Error("no open shard");
  return shard;
}

describe("commitShard", () => {
  it("stores predictions, grids, reasons and the balanced ledger", async () => {
    await using database = await createTestDatabase();
    const { runId, imageIds } = await planOneShard(database, 3);
    const [a = 0, b = 0, c = 0] = imageIds;
    const ledger = await commitShard(database, await load(database, runId), {
      predictions: [predict(c), predict(a)],
      rejections: [reject(b)],
    });
    expect(ledger).toEqual({ scored: 2, quarantined: 1, deleted: 0 });
    expect(await readShards(database, runId)).toEqual([
      { ordinal: 0, scored: 2, quarantined: 1, deleted: 0, done: true },
    ]);

    const facts = await readFacts(database);
    const { entropy, entropyNormalized } = camStatistics(CAM, [0.3, 0.5]);
    expect(facts.map(({ image_id }) => image_id)).toEqual([a, c]);
    expect(facts[0]).toMatchObject({
      run_id: runId,
      degenerate: false,
      // The largest cell is 1/3: 0.1 is exactly at 0.3 of it in decimals but below it in float32; 0.2 is above 1/6.
      areas: [0.5, 0.5, null, null, null, null, null, null],
      height: 2,
      width: 2,
      embedding: null,
    });
    expect(Math.fround(facts[0]?.logit ?? 0)).toBe(Math.fround(0.3));
    expect(facts[0]?.entropy).toBeCloseTo(entropy ?? 0, 6);
    expect(facts[0]?.entropy_normalized).toBeCloseTo(entropyNormalized ?? 0, 6);
    expect(Float32Array.from(facts[0]?.grid ?? [])).toEqual(CAM);
    expect(await readQuarantine(database)).toEqual([
      { image_id: b, run_id: runId, code: "IMAGE_TRUNCATED", message: "ends early" },
    ]);
  });

  it.each([
    ["a flat CAM", { cam: new Float32Array(4), statistics: camStatistics(new Float32Array(4), [0.3, 0.5]) }],
    ["a subnormal cell", { cam: Float32Array.of(0, 1e-44, 1, 2) }],
    ["the largest float32", { cam: Float32Array.of(0, 1, 2, 3.4028234663852886e38) }],
    ["probability 0", { logit: -200, probability: 0 }],
    ["probability 1", { logit: 200, probability: 1 }],
    ["a subnormal probability", { logit: -88, probability: Math.fround(6.05e-39) }],
  ])("stores %s as it is", async (_name, changes) => {
    await using database = await createTestDatabase();
    const { runId, imageIds } = await planOneShard(database, 1);
    const prediction = predict(imageIds[0] ?? 0, changes);
    await commitShard(database, await load(database, runId), { predictions: [prediction], rejections: [] });
    const [fact] = await readFacts(database);
    expect(Float32Array.from(fact?.grid ?? [])).toEqual(prediction.cam);
    expect(Math.fround(fact?.probability ?? -1)).toBe(prediction.probability);
    expect(Math.fround(fact?.logit ?? 0)).toBe(prediction.logit);
    expect(fact?.degenerate).toBe(prediction.statistics.degenerate);
  });

  it("stores embeddings as little-endian float32", async () => {
    await using database = await createTestDatabase();
    const { runId, imageIds } = await planOneShard(database, 1, true);
    const shard = await load(database, runId);
    expect(shard.keepEmbeddings).toBe(true);
    const embedding = Float32Array.of(1, -2.5);
    await commitShard(database, shard, {
      predictions: [predict(imageIds[0] ?? 0, { embedding })],
      rejections: [],
    });
    // 1 is 3f800000 and -2.5 is c0200000, lowest byte first.
    expect((await readFacts(database))[0]?.embedding?.toString("hex")).toBe("0000803f000020c0");
  });

  it("stores what was measured of the pixels, and takes the row away with the prediction", async () => {
    await using database = await createTestDatabase();
    const { runId, imageIds } = await planOneShard(database, 2);
    const [a = 0, b = 0] = imageIds;
    const quality = { brightness: 0.5, contrast: 0.25, border: 0.125, sharpness: 3 };
    await commitShard(database, await load(database, runId), {
      predictions: [predict(b, { quality }), predict(a)],
      rejections: [],
    });
    const readQualities = async () =>
      (
        await database.pool.query(
          "select image_id, brightness, contrast, border, sharpness from prediction_quality",
        )
      ).rows;
    expect(await readQualities()).toEqual([{ image_id: b, ...quality }]);
    await database.pool.query("delete from model");
    expect(await readQualities()).toEqual([]);
  });

  it("writes nothing for a shard that is done already", async () => {
    await using database = await createTestDatabase();
    const { runId, imageIds } = await planOneShard(database, 2);
    const shard = await load(database, runId);
    const outcome = { predictions: imageIds.map((id) => predict(id)), rejections: [] };
    await commitShard(database, shard, outcome);
    const before = await readFacts(database);

    const again = { predictions: imageIds.map((id) => predict(id, { logit: 9 })), rejections: [] };
    expect(await commitShard(database, shard, again)).toBeUndefined();
    expect(await readFacts(database)).toEqual(before);
    expect(await loadShard(database, { runId, ordinal: 0 })).toBeUndefined();
  });

  it("lets one of two workers that hold the same shard write it", async () => {
    await using database = await createTestDatabase();
    const { runId, imageIds } = await planOneShard(database, 40);
    const shard = await load(database, runId);
    const commit = (logit: number) =>
      commitShard(database, shard, {
        predictions: imageIds.map((id) => predict(id, { logit })),
        rejections: [],
      });
    const ledgers = await Promise.all([commit(1), commit(2)]);
    expect(ledgers.filter((ledger) => ledger !== undefined)).toEqual([
      { scored: 40, quarantined: 0, deleted: 0 },
    ]);
    expect(new Set((await readFacts(database)).map(({ logit }) => logit)).size).toBe(1);
  });

  it("takes an image that became readable out of quarantine", async () => {
    await using database = await createTestDatabase();
    const { runId, imageIds, ...archive } = await planOneShard(database, 2);
    const [a = 0, b = 0] = imageIds;
    await commitShard(database, await load(database, runId), {
      predictions: [predict(a)],
      rejections: [reject(b)],
    });
    await database.pool.query("update run set state = 'completed' where id = $1", [runId]);
    const retry = await insertRun(database, { ...archive, shards: [[b]] });
    const ledger = await commitShard(database, await load(database, retry), {
      predictions: [predict(b)],
      rejections: [],
    });
    expect(ledger).toEqual({ scored: 1, quarantined: 0, deleted: 0 });
    expect(await readQuarantine(database)).toEqual([]);
  });

  it("counts an image another run scored meanwhile as scored, also when this run could not read it", async () => {
    await using database = await createTestDatabase();
    const { runId, imageIds, modelId } = await planOneShard(database, 3);
    const [a = 0, b = 0, c = 0] = imageIds;
    const shard = await load(database, runId);
    await database.pool.query(
      "insert into prediction (model_id, image_id, logit, probability) select $1, unnest($2::bigint[]), 0, 0.5",
      [modelId, [a, b]],
    );
    expect((await load(database, runId)).images.map(({ id }) => id)).toEqual([c]);
    const ledger = await commitShard(database, shard, {
      predictions: [predict(a), predict(c)],
      rejections: [reject(b)],
    });
    expect(ledger).toEqual({ scored: 3, quarantined: 0, deleted: 0 });
    expect(await readQuarantine(database)).toEqual([]);
    expect((await readFacts(database)).map(({ run_id }) => run_id)).toEqual([runId, null, runId]);
  });

  it.each([
    { title: "stores what was at work when its run was paused", control: pauseRun, facts: 2 },
    { title: "stores nothing once its run was cancelled", control: cancelRun, facts: 0 },
  ])("$title", async ({ control, facts }) => {
    await using database = await createTestDatabase();
    const { runId, imageIds } = await planOneShard(database, 2);
    const shard = await load(database, runId);
    await control(database, runId);
    await commitShard(database, shard, { predictions: imageIds.map((id) => predict(id)), rejections: [] });
    expect(await readFacts(database)).toHaveLength(facts);
    const progress = await readRunProgress(database, runId);
    expect(progress).toMatchObject({ planned: 2, scored: facts, notScored: 2 - facts });
    requireBalancedLedger(progress);
  });

  it("balances when images are deleted during the run", async () => {
    await using database = await createTestDatabase();
    const { runId, imageIds } = await planOneShard(database, 4);
    const [a = 0, b = 0, c = 0, d = 0] = imageIds;
    await database.pool.query("delete from image where id = $1", [a]);
    const shard = await load(database, runId);
    expect(shard.images.map(({ id }) => id)).toEqual([b, c, d]);
    await database.pool.query("delete from image where id = any($1)", [[b, c]]);
    const ledger = await commitShard(database, shard, {
      predictions: [predict(b), predict(d)],
      rejections: [reject(c)],
    });
    expect(ledger).toEqual({ scored: 1, quarantined: 0, deleted: 3 });
    expect(await readShards(database, runId)).toEqual([
      { ordinal: 0, scored: 1, quarantined: 0, deleted: 3, done: true },
    ]);
    const progress = await readRunProgress(database, runId);
    expect(progress).toMatchObject({ planned: 4, scored: 1, quarantined: 0, deleted: 3 });
    requireBalancedLedger(progress);
  });

  it("writes nothing when the dataset is deleted during the run", async () => {
    await using database = await createTestDatabase();
    const { runId, imageIds } = await planOneShard(database, 2);
    const shard = await load(database, runId);
    await database.pool.query("delete from dataset");
    const outcome = { predictions: imageIds.map((id) => predict(id)), rejections: [] };
    expect(await commitShard(database, shard, outcome)).toBeUndefined();
    expect(await readFacts(database)).toEqual([]);
  });

  it("rolls everything back when a member has neither a prediction nor a reason", async () => {
    await using database = await createTestDatabase();
    const { runId, imageIds } = await planOneShard(database, 3);
    const commit = commitShard(database, await load(database, runId), {
      predictions: [predict(imageIds[0] ?? 0)],
      rejections: [reject(imageIds[1] ?? 0)],
    });
    await expect(commit).rejects.toMatchObject({ code: "LEDGER_UNBALANCED" });
    expect(await readFacts(database)).toEqual([]);
    expect(await readQuarantine(database)).toEqual([]);
    expect(await readShards(database, runId)).toMatchObject([{ done: false }]);
  });

  it("stores a message with bytes that PostgreSQL text cannot hold", async () => {
    await using database = await createTestDatabase();
    const { runId, imageIds } = await planOneShard(database, 1);
    await commitShard(database, await load(database, runId), {
      predictions: [],
      rejections: [reject(imageIds[0] ?? 0, `bad chunk \u0000 \uD800 ${"x".repeat(5_000)}`)],
    });
    const [row] = await readQuarantine(database);
    expect(row?.message).toHaveLength(1_000);
    expect(row?.message.startsWith("bad chunk \uFFFD ")).toBe(true);
  });

  it("takes a shard of more images than one statement", async () => {
    await using database = await createTestDatabase();
    const { runId, imageIds } = await planOneShard(database, 600);
    const ledger = await commitShard(database, await load(database, runId), {
      predictions: imageIds.map((id) => predict(id)),
      rejections: [],
    });
    expect(ledger).toEqual({ scored: 600, quarantined: 0, deleted: 0 });
  });
});

describe("loadShard", () => {
  it.each(["completed", "failed", "cancelled"])("finds no work in a run that is %s", async (state) => {
    await using database = await createTestDatabase();
    const { runId } = await planOneShard(database, 1);
    await database.pool.query("update run set state = $2 where id = $1", [runId, state]);
    expect(await loadShard(database, { runId, ordinal: 0 })).toBeUndefined();
  });

  it("finds no work in a run that is paused, and its shard again when it goes on", async () => {
    await using database = await createTestDatabase();
    const { runId } = await planOneShard(database, 1);
    await database.pool.query("update run set paused_at = now() where id = $1", [runId]);
    expect(await loadShard(database, { runId, ordinal: 0 })).toBeUndefined();
    await database.pool.query("update run set paused_at = null where id = $1", [runId]);
    expect(await loadShard(database, { runId, ordinal: 0 })).toMatchObject({ runId, ordinal: 0 });
  });

  it("finds no work in a run or shard that does not exist", async () => {
    await using database = await createTestDatabase();
    const { runId } = await planOneShard(database, 1);
    expect(await loadShard(database, { runId, ordinal: 1 })).toBeUndefined();
    expect(await loadShard(database, { runId: randomUUID(), ordinal: 0 })).toBeUndefined();
  });
});
