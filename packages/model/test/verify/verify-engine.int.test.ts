import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "@hairline/core/db";
import { openFilesystemStore, type ObjectStore } from "@hairline/core/storage";
import { createTestDatabase, temporaryFolder, type TemporaryFolder } from "@hairline/core/testing";
import { IMAGENET_PREPROCESSING, type PixelImage } from "@hairline/imaging/preprocess";
import { hasExactInt8 } from "@hairline/model/engine";
import { quantizeModel } from "@hairline/model/quantize";
import { getNetwork, importModel, makeHalfModel, type ResnetModelRecord } from "@hairline/model/registry";
import { reproducibleImage, reproducibleWeights } from "@hairline/model/testing";
import {
  insertVerification,
  latestVerification,
  listVerifications,
  requireVerified,
  verifyEngine,
  type Verification,
} from "@hairline/model/verify";

const SIZE = 33;

let database: Database;
let folder: TemporaryFolder;
let store: ObjectStore;
let model: ResnetModelRecord;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await temporaryFolder();
  store = openFilesystemStore(folder.path);
  await importModel({
    database,
    store,
    source: { stateDict: reproducibleWeights("resnet18"), name: "m" },
    preprocessing: { ...IMAGENET_PREPROCESSING, inputSize: SIZE },
  });
  model = await getNetwork(database, "m");
});

afterAll(async () => {
  await database.close();
  await folder[Symbol.asyncDispose]();
});

function images(prefix: string, count: number): PixelImage[] {
  return Array.from({ length: count }, (_, index) => ({
    channels: 1,
    size: SIZE,
    data: reproducibleImage(`${prefix}${index}`, { channels: 1, size: SIZE }),
  }));
}

describe("verifyEngine", () => {
  test("compares TensorFlow.js with the reference, and stores that it passed", async () => {
    const done: number[] = [];
    const verification = await verifyEngine({
      database,
      store,
      model,
      engine: "tfjs",
      threads: 1,
      onProgress: (count) => done.push(count),
    });
    expect(verification).toMatchObject({
      modelId: model.id,
      engine: "tfjs",
      engineVersion: "4.22.0",
      device: "wasm",
      graphSha256: model.graph.sha256,
      probe: "built-in 1",
      passed: true,
      tolerance: { logit: 1e-3, cam: 1e-3 },
    });
    // 7 body parts in 3 views, whole and fractured; 18 grey and 8 coloured patterns.
    expect(verification.deviation.images).toBe(68);
    expect(verification.deviation.logitRelative).toBeGreaterThan(0);
    expect(done.at(-1)).toBe(68);
    expect(await latestVerification(database, { modelId: model.id, engine: "tfjs" })).toEqual(verification);
    expect(await requireVerified({ database, modelId: model.id, engine: "tfjs" })).toEqual({
      unverified: null,
    });
  });

  test("finds no difference between the reference and itself", async () => {
    const verification = await verifyEngine({
      database,
      store,
      model,
      engine: "cpu",
      threads: 1,
      images: { source: "three", pixels: images("a", 3) },
    });
    expect(verification.deviation).toEqual({
      images: 3,
      logitAbsolute: 0,
      logitRelative: 0,
      camRelative: 0,
      probabilityAbsolute: 0,
    });
    expect(verification.probe).toBe("three");
  });

  test("refuses an engine that does not take the precision", async () => {
    const { model: half } = await makeHalfModel({ database, store, base: model, name: "m-half" });
    await expect(
      verifyEngine({ database, store, model: half, engine: "tfjs", threads: 1 }),
    ).rejects.toMatchObject({ code: "BAD_ARGUMENT", field: "engine" });
    expect(await listVerifications(database, half.id)).toEqual([]);
  });
});

describe("requireVerified", () => {
  const failed = async (changed: Partial<Verification> = {}): Promise<void> => {
    const { modelId, graphSha256 } = { modelId: model.id, graphSha256: model.graph.sha256 };
    await insertVerification(database, {
      modelId,
      engine: "webgpu",
      engineVersion: "1.30.0",
      device: "webgpu",
      graphSha256,
      probe: "test",
      deviation: {
        images: 1,
        logitAbsolute: 0.5,
        logitRelative: 0.5,
        camRelative: 0,
        probabilityAbsolute: 0.1,
      },
      tolerance: { logit: 1e-3, cam: 1e-3 },
      ...changed,
    });
  };
  const within = { logit: 1, cam: 1 };

  test("asks nothing of fp32 on the CPU", async () => {
    expect(await requireVerified({ database, modelId: model.id, engine: "cpu" })).toEqual({
      unverified: null,
    });
  });

  test("refuses an engine that was never verified, and names the command", async () => {
    await expect(requireVerified({ database, modelId: model.id, engine: "cuda" })).rejects.toMatchObject({
      code: "ENGINE_NOT_VERIFIED",
      message: "m on cuda: never verified.",
      remedy: expect.stringContaining("hairline model verify m --engine cuda") as string,
    });
  });

  test("refuses what failed, even when it had passed before", async () => {
    await failed({ tolerance: within });
    expect(await requireVerified({ database, modelId: model.id, engine: "webgpu" })).toEqual({
      unverified: null,
    });
    await failed();
    await expect(requireVerified({ database, modelId: model.id, engine: "webgpu" })).rejects.toMatchObject({
      code: "ENGINE_NOT_VERIFIED",
      message:
        "m on webgpu: failed its verification: logits differ by 0.500 (0.001 allowed), CAMs by 0.00 (0.001 allowed).",
    });
  });

  test.each([
    ["another version", { engineVersion: "1.29.0" }, "verified with version 1.29.0, and this is 1.30.0"],
    ["another graph", { graphSha256: "00".repeat(32) }, "verified with another graph"],
  ])("refuses what passed with %s", async (_, changed, reason) => {
    await failed({ ...changed, tolerance: within });
    await expect(requireVerified({ database, modelId: model.id, engine: "webgpu" })).rejects.toMatchObject({
      code: "ENGINE_NOT_VERIFIED",
      message: `m on webgpu: ${reason}.`,
    });
  });

  test("lets an override pass, and puts it on record", async () => {
    const clearance = await requireVerified({
      database,
      modelId: model.id,
      engine: "tensorrt",
      override: "allow",
    });
    expect(clearance).toEqual({ unverified: "never verified" });
    const { rows } = await database.pool.query(
      "select model_id, engine, engine_version, reason, host <> '' as host from engine_override",
    );
    expect(rows).toEqual([
      {
        model_id: model.id,
        engine: "tensorrt",
        engine_version: "1.30.0",
        reason: "never verified",
        host: true,
      },
    ]);
  });

  test("needs a verification for fp16, on the CPU too", async () => {
    const { model: half } = await makeHalfModel({ database, store, base: model, name: "m-half" });
    const query = { database, modelId: half.id, engine: "cpu" } as const;
    await expect(requireVerified(query)).rejects.toMatchObject({ code: "ENGINE_NOT_VERIFIED" });
    const { passed, deviation } = await verifyEngine({
      database,
      store,
      model: half,
      engine: "cpu",
      threads: 1,
    });
    expect([passed, deviation.logitAbsolute > 0]).toEqual([true, true]);
    expect(await requireVerified(query)).toEqual({ unverified: null });
  });
});

describe("makeHalfModel", () => {
  test("stores a model of its own once, with the base's weights", async () => {
    const first = await makeHalfModel({ database, store, base: model, name: "m-half" });
    const again = await makeHalfModel({ database, store, base: model, name: "another-name" });
    expect(again).toEqual({ model: first.model, created: false });
    expect(first.model).toMatchObject({ precision: "fp16", baseModelId: model.id, weights: model.weights });
    expect(first.model.graph.sha256).not.toBe(model.graph.sha256);
    expect(first.model.id).not.toBe(model.id);
  });

  test("does not hide the base from an import of its weights", async () => {
    const { model: again, created } = await importModel({
      database,
      store,
      source: { stateDict: reproducibleWeights("resnet18"), name: "again" },
      preprocessing: model.preprocessing,
    });
    expect([again.id, created]).toEqual([model.id, false]);
  });

  test.each([
    ["of a variant", "BAD_ARGUMENT", async () => ({ base: await getNetwork(database, "m-half"), name: "x" })],
    ["under a bad name", "BAD_ARGUMENT", async () => ({ base: model, name: "a/b" })],
  ])("refuses to make one %s", async (_, code, options) => {
    await expect(makeHalfModel({ database, store, ...(await options()) })).rejects.toMatchObject({ code });
  });
});

describe("quantizeModel", () => {
  const options = { source: "test", threads: 1 };

  test.runIf(hasExactInt8())(
    "stores an int8 model with its calibration and its measured deviation",
    async () => {
      const {
        model: int8,
        created,
        verification,
      } = await quantizeModel({
        ...options,
        database,
        store,
        base: model,
        calibration: images("calibration", 8),
        heldOut: images("other", 4),
      });
      expect(created).toBe(true);
      expect(int8).toMatchObject({ name: "m-int8", precision: "int8", baseModelId: model.id });
      expect(verification).toMatchObject({
        engine: "cpu",
        probe: "test, held out",
        tolerance: { logit: 0.25 },
      });
      expect(verification.deviation.images).toBe(4);
      const { rows } = await database.pool.query<{ quantization: Record<string, unknown> }>(
        "select quantization from model where id = $1",
        [int8.id],
      );
      expect(rows[0]?.quantization).toMatchObject({
        source: "test",
        images: 8,
        ranges: { "conv1.relu": { low: 0 } },
      });
      expect(await latestVerification(database, { modelId: int8.id, engine: "cpu" })).toEqual(verification);
    },
  );

  test.runIf(!hasExactInt8())("refuses a CPU without VNNI", async () => {
    const run = quantizeModel({
      ...options,
      database,
      store,
      base: model,
      calibration: images("calibration", 8),
      heldOut: images("other", 4),
    });
    await expect(run).rejects.toMatchObject({ code: "ENGINE_UNAVAILABLE", field: "cpu" });
  });

  test("refuses an archive without images to measure on", async () => {
    await expect(
      quantizeModel({ ...options, database, store, base: model, calibration: [], heldOut: [] }),
    ).rejects.toMatchObject({ code: "BAD_ARGUMENT", field: "images" });
  });
});
