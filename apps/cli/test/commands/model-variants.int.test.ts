import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "@hairline/core/db";
import { openFilesystemStore } from "@hairline/core/storage";
import { createTestDatabase, temporaryFolder, type TemporaryFolder } from "@hairline/core/testing";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { BODY_PARTS, generateRadiograph } from "@hairline/imaging/synthetic";
import { hasExactInt8 } from "@hairline/model/engine";
import { importModel } from "@hairline/model/registry";
import { reproducibleWeights } from "@hairline/model/testing";
import { Command } from "commander";
import sharp from "sharp";
import { registerModel } from "../../src/commands/model.ts";
import { loadConfig } from "../../src/config.ts";
import { createOutput } from "../../src/output.ts";

let folder: TemporaryFolder;
let database: Database;
let archive: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  database = await createTestDatabase();
  archive = join(folder.path, "archive");
  await mkdir(archive);
  await importModel({
    database,
    store: openFilesystemStore(join(folder.path, "objects")),
    source: { stateDict: reproducibleWeights("resnet18"), name: "m" },
    preprocessing: { ...IMAGENET_PREPROCESSING, inputSize: 33 },
  });
  const keys = await Promise.all(
    BODY_PARTS.flatMap((bodyPart) => [0, 1].map((seed) => writeRadiograph(bodyPart, seed))),
  );
  await writeFile(join(archive, "damaged.png"), "not an image");
  await insertDataset([...keys, "damaged.png", "absent.png"]);
});

afterAll(async () => {
  await database.close();
  await folder[Symbol.asyncDispose]();
});

async function writeRadiograph(bodyPart: (typeof BODY_PARTS)[number], seed: number): Promise<string> {
  const { width, height, data } = generateRadiograph({ seed, bodyPart, fractured: false, longSide: 96 });
  const key = `${bodyPart}-${seed}.png`;
  await sharp(data, { raw: { width, height, channels: 1 } })
    .png()
    .toFile(join(archive, key));
  return key;
}

async function insertDataset(keys: readonly string[]): Promise<void> {
  await database.pool.query(
    `with dataset as (insert into dataset (name, root, layout) values ('d', $1, 'folder') returning id),
       study as (insert into study (dataset_id, study_key) select id, 's' from dataset returning id, dataset_id)
     insert into image (dataset_id, study_id, object_key) select dataset_id, id, unnest($2::text[]) from study`,
    [archive, keys],
  );
}

/** Runs `hairline model …` and gives what it wrote on stdout. */
async function hairlineModel(...args: string[]): Promise<string> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const program = new Command("hairline").exitOverride().configureOutput({ writeErr: () => undefined });
  registerModel(program, {
    config: loadConfig({ HAIRLINE_HOME: folder.path }),
    output: createOutput({ stdout, stderr }, { color: false }),
    signal: new AbortController().signal,
    openStack: () =>
      Promise.resolve({
        database,
        objects: openFilesystemStore(join(folder.path, "objects")),
        queue: { kind: "postgres", url: database.url } as const,
      }),
  });
  try {
    await program.parseAsync(["model", ...args], { from: "user" });
  } finally {
    stdout.end();
  }
  return text(stdout);
}

async function json(...args: string[]): Promise<Record<string, unknown>> {
  return JSON.parse(await hairlineModel(...args, "--json")) as Record<string, unknown>;
}

describe("hairline model verify", () => {
  test("compares an engine and shows the result with the model", async () => {
    const verification = await json("verify", "m", "--engine", "tfjs", "--threads", "1");
    expect(verification).toMatchObject({
      model: "m",
      engine: "tfjs",
      device: "wasm",
      images: 68,
      passed: true,
    });
    const { model: name, ...stored } = verification;
    expect(name).toBe("m");
    expect(await json("show", "m")).toMatchObject({ verifications: [stored] });
    expect(await hairlineModel("show", "m")).toMatch(/tfjs +4\.22\.0 +wasm +68 .* passed/);
  });

  test("compares on a folder's images, passing over what is none", async () => {
    const shown = await hairlineModel("verify", "m", "--engine", "cpu", "--images", archive);
    expect(shown).toContain("cpu 1.30.0 on cpu, 14 images (a folder of images): passed");
  });

  test.each([
    ["an unknown engine", ["--engine", "abacus"], "commander.invalidArgument"],
    ["no engine", [], "commander.missingMandatoryOptionValue"],
    ["a folder that does not exist", ["--engine", "cpu", "--images", "/nonexistent"], "ARCHIVE_NOT_FOUND"],
  ])("refuses %s", async (_, args, code) => {
    await expect(hairlineModel("verify", "m", ...args)).rejects.toMatchObject({ code });
  });
});

describe("hairline model half", () => {
  test("makes an fp16 model once", async () => {
    const made = await json("half", "m");
    expect(made).toMatchObject({ created: true, name: "m-fp16", base: "m", precision: "fp16" });
    expect(await json("half", "m")).toEqual({ ...made, created: false });
    expect(await hairlineModel("list")).toMatch(/^ *m-fp16 +resnet18 +fp16 +33 /m);
  });
});

describe("hairline model quantize", () => {
  // 16 images: a fifth, 3, is held out; of the 13 others and those, the damaged and the absent one cannot be read.
  test.runIf(hasExactInt8())("calibrates on what can be read of the archive", async () => {
    const made = await json("quantize", "m", "--dataset", "d", "--images", "64");
    expect(made).toMatchObject({ created: true, name: "m-int8", base: "m", precision: "int8" });
    const { rows } = await database.pool.query<{ calibrated: number; measured: number }>(
      `select (quantization ->> 'images')::int as calibrated, verification.images as measured
       from model join engine_verification as verification on verification.model_id = model.id
       where model.name = 'm-int8'`,
    );
    expect((rows[0]?.calibrated ?? 0) + (rows[0]?.measured ?? 0)).toBe(14);
    expect(made["verification"]).toMatchObject({
      engine: "cpu",
      probe: "d, held out",
      images: rows[0]?.measured,
    });
  });

  test.each([
    ["an unknown dataset", ["--dataset", "x"], "DATASET_NOT_FOUND"],
    ["too few images", ["--images", "7"], "commander.invalidArgument"],
  ])("refuses %s", async (_, args, code) => {
    await expect(hairlineModel("quantize", "m", ...args)).rejects.toMatchObject({ code });
  });
});
