import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Database } from "../../src/db/index.ts";
import { importPredictions, type ImportPredictionsOptions } from "../../src/predictions/index.ts";
import { sweep, sweepRow, triageDataset } from "../../src/readings/index.ts";
import { createTestDatabase, temporaryFolder } from "../../src/testing/index.ts";
import { parsePolicy } from "../../src/triage/index.ts";

/** A database and a folder of CSVs to import from. */
async function openBench() {
  const database = await createTestDatabase();
  const folder = await temporaryFolder();
  return {
    database,
    async importCsv(lines: readonly string[], options: Partial<ImportPredictionsOptions> = {}) {
      const path = join(folder.path, "scores.csv");
      await writeFile(path, `${lines.join("\n")}\n`);
      return importPredictions({ database, path, model: "elsewhere", ...options });
    },
    async [Symbol.asyncDispose]() {
      await database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const CAMS = [
  "image,label,study,patient,body_part,split,probability,cam",
  "p1/s1/a.png,1,s1,p1,wrist,valid,0.9,0;1;1;2",
  "p1/s1/b.png,0,s1,p1,wrist,valid,0.8,1;1;1;1",
  "p2/s1/c.png,0,s1,p2,hand,valid,0.1,",
];

async function count(
  database: Database,
  table: "study" | "image" | "prediction" | "prediction_cam" | "dataset",
) {
  const { rows } = await database.pool.query<{ rows: number }>(`select count(*) as rows from ${table}`);
  return rows[0]?.rows;
}

test("makes a dataset and a model of the rows, and importing again changes nothing", async () => {
  await using bench = await openBench();
  const { database } = bench;
  const first = await bench.importCsv(CAMS);
  expect(first).toMatchObject({
    dataset: "scores",
    datasetCreated: true,
    model: "elsewhere",
    modelCreated: true,
    alphas: [0.3, 0.4, 0.5, 0.6, 0.7],
    camShape: { height: 2, width: 2 },
    entries: 3,
    added: 3,
    withoutFacts: 1,
  });
  const { rows: studies } = await database.pool.query(
    "select study_key, patient_key, body_part, split, label from study order by study_key",
  );
  expect(studies).toEqual([
    { study_key: "p1/s1", patient_key: "p1", body_part: "wrist", split: "valid", label: 1 },
    { study_key: "p2/s1", patient_key: "p2", body_part: "hand", split: "valid", label: 0 },
  ]);
  const { rows: predictions } = await database.pool.query(
    `select logit, probability, entropy, degenerate, area_1, area_3, grid
     from prediction join image on image.id = image_id left join prediction_cam using (model_id, image_id)
     order by object_key`,
  );
  expect(predictions).toEqual([
    // Of the maximum 2, three cells exceed 0.6 and one exceeds 1.
    {
      logit: null,
      probability: 0.9,
      entropy: 1.0397208,
      degenerate: false,
      area_1: 0.75,
      area_3: 0.25,
      grid: [0, 1, 1, 2],
    },
    {
      logit: null,
      probability: 0.8,
      entropy: null,
      degenerate: true,
      area_1: null,
      area_3: null,
      grid: [1, 1, 1, 1],
    },
    {
      logit: null,
      probability: 0.1,
      entropy: null,
      degenerate: false,
      area_1: null,
      area_3: null,
      grid: null,
    },
  ]);
  const again = await bench.importCsv(CAMS);
  expect(again).toMatchObject({
    datasetCreated: false,
    modelCreated: false,
    added: 0,
    updated: 0,
    unchanged: 3,
  });
  expect(await count(database, "prediction")).toBe(3);
});

test("counts each row once as added, updated, unchanged, duplicate or rejected", async () => {
  await using bench = await openBench();
  await bench.importCsv(CAMS);
  const rows = [
    "image,label,probability,cam",
    "p1/s1/a.png,1,0.9,0;1;1;2",
    "p1/s1/b.png,1,0.8,1;1;1;1",
    "p2/s1/c.png,,0.2,",
    "p2/s1/c.png,,0.2,",
    "p2/s1/c.png,,0.3,",
    "new.png,0,0.5,1;2;3;4",
    "new.png,1,0.5,1;2;3;4",
    "bad.png,0,NaN,1;2;3;4",
    "short.png,0,0.5,1;2;3",
    '"unclosed.png,0,0.5',
  ];
  for (const batchSize of [1, 100]) {
    const report = await bench.importCsv(rows, { batchSize, dataset: "scores", maxRejections: 9 });
    expect(report).toMatchObject({ entries: 10, duplicates: 1, rejected: 5 });
    expect(report.rejections.map(({ line, code, message }) => [line, code, message.split(" ")[0]])).toEqual([
      [6, "ROW_INVALID", "an"],
      [8, "ROW_LABEL_CONFLICT", "the"],
      [9, "ROW_INVALID", "probability:"],
      [10, "ROW_INVALID", "cam:"],
      [11, "ROW_INVALID", "the"],
    ]);
    // The first pass updates b (label) and c (probability) and adds new.png; the second finds them so.
    const [added, updated, unchanged] = batchSize === 1 ? [1, 2, 1] : [0, 0, 4];
    expect(report).toMatchObject({ added, updated, unchanged });
  }
  const { rows: stored } = await bench.database.pool.query(
    "select count(*) as rejections, count(distinct import_id) as imports from import_rejection",
  );
  expect(stored).toEqual([{ rejections: 10, imports: 2 }]);
});

test("takes the images of an archive by object key, and its word on them over the file's", async () => {
  await using bench = await openBench();
  const { database } = bench;
  await database.pool.query(
    `with archive as (insert into dataset (name, root, layout) values ('mura', '/archive', 'mura') returning id),
     exam as (insert into study (dataset_id, study_key, body_part) select id, 's', 'elbow' from archive returning *)
     insert into image (dataset_id, study_id, object_key, label, body_part)
     select dataset_id, id, key, said, 'elbow' from exam, (values ('a.png', 1), ('b.png', null)) as given(key, said)`,
  );
  const report = await bench.importCsv(
    [
      "image,label,body_part,p,entropy",
      "/archive/a.png,0,hand,0.5,1",
      "b.png,0,hand,0.5,1",
      "c.png,0,hand,0.5,1",
    ],
    { dataset: "mura" },
  );
  expect(report).toMatchObject({
    datasetCreated: false,
    added: 1,
    rejected: 2,
    ignoredColumns: ["body_part"],
  });
  expect(report.rejections.map(({ objectKey, code }) => [objectKey, code])).toEqual([
    ["a.png", "ROW_LABEL_CONFLICT"],
    ["c.png", "ROW_INVALID"],
  ]);
  const { rows } = await database.pool.query(
    "select object_key, label, body_part from image order by object_key",
  );
  expect(rows).toEqual([
    { object_key: "a.png", label: 1, body_part: "elbow" },
    { object_key: "b.png", label: 0, body_part: "elbow" },
  ]);
});

test("moves an image to the study a later file gives it, and drops the study it leaves empty", async () => {
  await using bench = await openBench();
  await bench.importCsv(["image,label,p,entropy", "a.png,1,0.5,1", "b.png,0,0.5,1"]);
  expect(await count(bench.database, "study")).toBe(2);
  const moved = await bench.importCsv(["image,study,p,entropy", "a.png,s,0.5,1", "b.png,s,0.5,1"]);
  expect(moved).toMatchObject({ updated: 2 });
  const { rows } = await bench.database.pool.query("select study_key, label from study");
  expect(rows).toEqual([{ study_key: "s", label: 1 }]);
});

test("replaces a CAM by what a later file gives of the same areas", async () => {
  await using bench = await openBench();
  await bench.importCsv(["image,p,cam", "a.png,0.5,0;1;1;2"]);
  const header = "image,p,entropy,area@0.3,area@0.4,area@0.5,area@0.6,area@0.7";
  expect(await bench.importCsv([header, "a.png,0.5,1,1,1,1,1,1"])).toMatchObject({ updated: 1 });
  expect(await count(bench.database, "prediction_cam")).toBe(0);
});

test("refuses another set of areas, another CAM size and a network's name for a model", async () => {
  await using bench = await openBench();
  await bench.importCsv(["image,p,area@0.5", "a.png,0.5,0.2"]);
  for (const header of ["image,p,area@0.4", "image,p,area@0.4,area@0.5", "image,p"]) {
    const row = ["a.png", ...header.split(",").slice(1)].map((cell, index) => (index === 0 ? cell : "0.5"));
    await expect(bench.importCsv([header, row.join(",")])).rejects.toMatchObject({
      code: "MODEL_NAME_TAKEN",
    });
  }
  await bench.importCsv(["image,p,cam", "a.png,0.5,0;1;1;2"], { model: "grids" });
  await expect(
    bench.importCsv(["image,p,cam", "a.png,0.5,0;1;1;2;3;4;5;6;7"], { model: "grids" }),
  ).rejects.toMatchObject({ code: "MODEL_NAME_TAKEN" });
  await bench.database.pool.query(
    `insert into model (name, kind, architecture, weights_sha256, preprocessing_fingerprint, input_size, alphas)
     values ('network', 'resnet', 'resnet18', '\\x00', 'f', 224, '{}')`,
  );
  await expect(bench.importCsv(["image,p", "a.png,0.5"], { model: "network" })).rejects.toMatchObject({
    code: "MODEL_NAME_TAKEN",
  });
  await expect(bench.importCsv(["image,p", "a.png,0.5"], { model: "no name" })).rejects.toMatchObject({
    code: "BAD_ARGUMENT",
  });
});

test("stores nothing of a file without a usable row", async () => {
  await using bench = await openBench();
  await expect(bench.importCsv(["image,p", "a.png,2", "b.png,3"])).rejects.toMatchObject({
    code: "ROW_INVALID",
    line: 2,
  });
  await expect(bench.importCsv(["image,p"])).rejects.toMatchObject({ code: "ROW_INVALID" });
  await expect(bench.importCsv(["image,p,cam", "a.png,1,1;2;3"])).rejects.toMatchObject({
    code: "ROW_INVALID",
    field: "cam",
  });
  await expect(bench.importCsv([], { path: "/nowhere.csv" })).rejects.toMatchObject({
    code: "ARCHIVE_NOT_FOUND",
  });
  expect(await count(bench.database, "dataset")).toBe(0);
});

test("stops at the signal and goes on from there", async () => {
  await using bench = await openBench();
  const interruption = new AbortController();
  const lines = ["image,p,entropy", ...Array.from({ length: 50 }, (_, index) => `${index}.png,0.5,1`)];
  const stopped = bench.importCsv(lines, {
    batchSize: 10,
    signal: interruption.signal,
    onProgress: ({ entries }) => {
      if (entries >= 20) interruption.abort();
    },
  });
  await expect(stopped).rejects.toMatchObject({ code: "INTERRUPTED" });
  expect(await bench.importCsv(lines)).toMatchObject({ added: 30, unchanged: 20 });
});

test("triages and sweeps what was imported, at an alpha that only the CAM can answer too", async () => {
  await using bench = await openBench();
  await bench.importCsv([...CAMS, "d.png,0,,,,,0.7,0;0;0;1"]);
  const { database } = bench;
  const policy = parsePolicy("p_low=0.2,entropy_max=1.04,area_max=0.75,alpha=0.45");
  const report = await triageDataset({ database, dataset: "scores", policy });
  expect(report.overall.counts).toEqual({ tp: 1, fp: 1, tn: 1, fn: 0, inconclusive: 1 });
  const grid = { pLow: [0.2], entropyMax: [1.04], areaMax: [0.75, 0.5], alpha: [0.45, 0.3] };
  const result = await sweep({ database, dataset: "scores", model: "elsewhere", grid });
  expect(result.alphaSource).toEqual(["grid", "column"]);
  // At 0.45 of 2 three cells of a.png still exceed 0.9.
  expect(sweepRow(result, 0).counts).toEqual(report.overall.counts);
  expect([...result.counts.tp]).toEqual([1, 1, 0, 0]);
});
