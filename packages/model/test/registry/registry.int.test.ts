import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Database } from "@hairline/core/db";
import { openFilesystemStore, type ObjectStore } from "@hairline/core/storage";
import { createTestDatabase, temporaryFolder } from "@hairline/core/testing";
import { IMAGENET_PREPROCESSING, preprocessingFingerprint } from "@hairline/imaging/preprocess";
import { openOnnxRuntimeEngine } from "@hairline/model/engine";
import {
  getModel,
  getModelById,
  importModel,
  listModels,
  loadModelGraph,
  loadStoredFile,
  type ResnetModelRecord,
} from "@hairline/model/registry";
import { reproducibleImage, reproducibleWeights } from "@hairline/model/testing";
import { float32Tensor, readSafetensors, writeSafetensors, type StateDict } from "@hairline/model/weights";

const PREPROCESSING = { ...IMAGENET_PREPROCESSING, inputSize: 64 };
let weights: StateDict;
let otherWeights: StateDict;

beforeAll(() => {
  weights = reproducibleWeights("resnet18");
  otherWeights = new Map([...weights, ["fc.bias", float32Tensor([1], [0.25])]]);
});

interface Registry {
  readonly database: Database;
  readonly store: ObjectStore;
  readonly folder: string;
}

async function withRegistry(run: (registry: Registry) => Promise<void>): Promise<void> {
  await using database = await createTestDatabase();
  await using folder = await temporaryFolder();
  await run({ database, store: openFilesystemStore(join(folder.path, "objects")), folder: folder.path });
}

async function importResnet(
  { database, store }: Registry,
  { name = "scorer", stateDict = weights, preprocessing = PREPROCESSING } = {},
): Promise<{ model: ResnetModelRecord; created: boolean }> {
  const imported = await importModel({ database, store, source: { stateDict, name }, preprocessing });
  return imported as { model: ResnetModelRecord; created: boolean };
}

describe("importModel", () => {
  test("stores canonical weights, a graph that scores, and a complete row", () =>
    withRegistry(async (registry) => {
      const { model, created } = await importResnet(registry);
      expect(created).toBe(true);
      expect(model).toMatchObject({
        name: "scorer",
        kind: "resnet",
        architecture: "resnet18",
        preprocessing: PREPROCESSING,
        preprocessingFingerprint: preprocessingFingerprint(PREPROCESSING),
        camCells: 4,
        alphas: [0.3, 0.4, 0.5, 0.6, 0.7],
        description: null,
      });
      const stored = await loadStoredFile(registry.store, model.weights);
      expect(createHash("sha256").update(stored).digest("hex")).toBe(model.weights.sha256);
      expect([...readSafetensors(stored).keys()].sort()).toEqual([...weights.keys()].sort());
      await using engine = await openOnnxRuntimeEngine(await loadModelGraph(registry.store, model), {
        threads: 1,
      });
      const data = reproducibleImage("a", { channels: 1, size: 64 });
      expect((await engine.infer({ count: 1, channels: 1, size: 64, data })).logits).toHaveLength(1);
    }));

  test("reuses the row of the same weights, whatever file, names and order they come in", () =>
    withRegistry(async (registry) => {
      const { model } = await importResnet(registry);
      const path = join(registry.folder, "mura fold 2.safetensors");
      const renamed = [...weights].reverse().map(([name, tensor]) => [`module.${name}`, tensor] as const);
      await writeFile(path, writeSafetensors(new Map(renamed), { note: "another file" }));
      const again = await importModel({ ...registry, source: { path }, preprocessing: PREPROCESSING });
      expect(again).toEqual({ model, created: false });
      expect(await listModels(registry.database)).toHaveLength(1);
    }));

  test("names a model after its file", () =>
    withRegistry(async (registry) => {
      const path = join(registry.folder, "mura fold 2.safetensors");
      await writeFile(path, writeSafetensors(weights));
      const { model } = await importModel({ ...registry, source: { path }, preprocessing: PREPROCESSING });
      expect(model.name).toBe("mura-fold-2");
    }));

  test("adds a row for another preprocessing and for other weights", () =>
    withRegistry(async (registry) => {
      await importResnet(registry);
      const larger = { ...IMAGENET_PREPROCESSING, inputSize: 96 };
      const { model } = await importResnet(registry, { name: "larger", preprocessing: larger });
      await importResnet(registry, { name: "other", stateDict: otherWeights });
      expect(model.camCells).toBe(9);
      expect((await listModels(registry.database)).map(({ name }) => name)).toEqual([
        "larger",
        "other",
        "scorer",
      ]);
    }));

  test("refuses the name of another model", () =>
    withRegistry(async (registry) => {
      await importResnet(registry);
      await expect(importResnet(registry, { stateDict: otherWeights })).rejects.toMatchObject({
        code: "MODEL_NAME_TAKEN",
        field: "name",
      });
    }));

  test("makes one row when two imports of the same weights meet", () =>
    withRegistry(async (registry) => {
      const both = await Promise.all([importResnet(registry), importResnet(registry, { name: "twin" })]);
      expect(both.filter(({ created }) => created)).toHaveLength(1);
      expect(both[0].model).toEqual(both[1].model);
    }));

  test.each([31, 4097, 224.5, NaN])("refuses an input size of %d", (inputSize) =>
    withRegistry(async (registry) => {
      const preprocessing = { ...IMAGENET_PREPROCESSING, inputSize };
      await expect(importResnet(registry, { preprocessing })).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
    }),
  );

  test("leaves nothing behind when the weights are refused", () =>
    withRegistry(async (registry) => {
      const stateDict = new Map([...weights].filter(([name]) => name !== "fc.bias"));
      await expect(importResnet(registry, { stateDict })).rejects.toMatchObject({
        code: "WEIGHTS_TENSOR_MISSING",
      });
      expect(await listModels(registry.database)).toEqual([]);
      const left: unknown[] = [];
      for await (const object of registry.store.list("models/")) left.push(object);
      expect(left).toEqual([]);
    }));
});

test("names the file whose weights it refuses", () =>
  withRegistry(async (registry) => {
    const path = join(registry.folder, "headless.safetensors");
    await writeFile(path, writeSafetensors(new Map([...weights].filter(([name]) => name !== "fc.weight"))));
    const failed = importModel({ ...registry, source: { path }, preprocessing: PREPROCESSING });
    await expect(failed).rejects.toMatchObject({
      code: "WEIGHTS_TENSOR_MISSING",
      field: "fc.weight",
      file: path,
    });
  }));

describe("loadModelGraph", () => {
  test("refuses a graph that was changed, until the model is imported again", () =>
    withRegistry(async (registry) => {
      const { model } = await importResnet(registry);
      await registry.store.put(model.graph.objectKey, Uint8Array.of(1, 2, 3));
      await expect(loadModelGraph(registry.store, model)).rejects.toMatchObject({
        code: "MODEL_DAMAGED",
        file: model.graph.objectKey,
      });
      expect(await importResnet(registry)).toEqual({ model, created: false });
      expect((await loadModelGraph(registry.store, model)).length).toBeGreaterThan(1e6);
    }));

  test("refuses a graph that is missing, until the model is imported again", () =>
    withRegistry(async (registry) => {
      const { model } = await importResnet(registry);
      await registry.store.delete(model.graph.objectKey);
      await registry.store.delete(model.weights.objectKey);
      await expect(loadModelGraph(registry.store, model)).rejects.toMatchObject({ code: "MODEL_DAMAGED" });
      await importResnet(registry);
      expect((await loadStoredFile(registry.store, model.weights)).length).toBeGreaterThan(1e6);
    }));

  test("refuses a model that scored elsewhere", () =>
    withRegistry(async ({ database, store }) => {
      await database.pool.query(
        "insert into model (name, kind, alphas) values ('elsewhere', 'external', '{0.5}')",
      );
      const model = await getModel(database, "elsewhere");
      expect(model).toMatchObject({ kind: "external", alphas: [0.5] });
      await expect(loadModelGraph(store, model)).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
    }));
});

test("finds a model by name and by id, and says which it cannot find", () =>
  withRegistry(async (registry) => {
    const { model } = await importResnet(registry);
    expect(await getModel(registry.database, "scorer")).toEqual(model);
    expect(await getModelById(registry.database, model.id)).toEqual(model);
    await expect(getModel(registry.database, "absent")).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
    await expect(getModelById(registry.database, model.id + 1)).rejects.toMatchObject({
      code: "MODEL_NOT_FOUND",
    });
  }));
