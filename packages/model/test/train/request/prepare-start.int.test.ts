import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "@hairline/core/db";
import { openFilesystemStore, type ObjectStore } from "@hairline/core/storage";
import { createTestDatabase, temporaryFolder, type TemporaryFolder } from "@hairline/core/testing";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { getNetwork, importModel, loadStoredFile } from "@hairline/model/registry";
import { identifyResnet } from "@hairline/model/resnet";
import { reproducibleWeights } from "@hairline/model/testing";
import { prepareStart, Recipe, type TrainingStart } from "@hairline/model/train";
import { readSafetensors, writeSafetensors } from "@hairline/model/weights";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let database: Database;
let folder: TemporaryFolder;
let store: ObjectStore;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await temporaryFolder();
  store = openFilesystemStore(join(folder.path, "objects"));
});
afterAll(async () => {
  await database.close();
  await folder[Symbol.asyncDispose]();
});

function prepare(start: TrainingStart, recipe: Partial<Recipe> = {}) {
  return prepareStart({ database, store, start, recipe: Recipe.parse(recipe) });
}

async function writeWeights(name: string, classes: number): Promise<string> {
  const path = join(folder.path, name);
  await writeFile(path, writeSafetensors(reproducibleWeights("resnet18", classes)));
  return path;
}

describe("what a training starts from", () => {
  test("is a stored model's own file, with its preprocessing", async () => {
    const preprocessing = { ...IMAGENET_PREPROCESSING, inputSize: 64 };
    await importModel({
      database,
      store,
      source: { stateDict: reproducibleWeights("resnet18"), name: "base" },
      preprocessing,
    });
    const { id, weights } = await getNetwork(database, "base");
    expect(await prepare({ kind: "model", name: "base" })).toEqual({
      architecture: "resnet18",
      preprocessing,
      startKind: "model",
      start: weights,
      baseModelId: id,
    });
    await expect(prepare({ kind: "model", name: "none" })).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
  });

  test("is a scorer made of ImageNet's weights, the same again for the same seed", async () => {
    const path = await writeWeights("imagenet.safetensors", 1000);
    const prepared = await prepare({ kind: "file", path, inputSize: 96 });
    expect(prepared).toMatchObject({ startKind: "imagenet", preprocessing: { inputSize: 96 } });
    const stored = identifyResnet(readSafetensors(await loadStoredFile(store, prepared.start)));
    expect(stored.kind).toBe("scorer");
    expect((await prepare({ kind: "file", path })).start).toEqual(prepared.start);
    expect((await prepare({ kind: "file", path }, { seed: 1 })).start).not.toEqual(prepared.start);
  });

  test("is a scorer's file as it is, or random weights", async () => {
    const scorer = await prepare({ kind: "file", path: await writeWeights("scorer.safetensors", 1) });
    expect(scorer).toMatchObject({ architecture: "resnet18", startKind: "file" });
    const scratch = await prepare({ kind: "scratch", architecture: "resnet34" });
    expect(scratch).toMatchObject({ architecture: "resnet34", startKind: "scratch" });
    expect(identifyResnet(readSafetensors(await loadStoredFile(store, scratch.start))).architecture).toBe(
      "resnet34",
    );
  });

  test("is refused with an input size or augmentation that cannot be", async () => {
    const scratch = { kind: "scratch", architecture: "resnet18" } as const;
    await expect(prepare({ ...scratch, inputSize: 31 })).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
    const augmentation = { flip: true, rotationDegrees: 0, shift: 0, contrast: 0 };
    await expect(prepare(scratch, { stage: "layer4", augmentation })).rejects.toMatchObject({
      code: "BAD_ARGUMENT",
      field: "augmentation",
    });
  });
});
