import { expect, test } from "vitest";
import type { FactFilter } from "../../src/facts/index.ts";
import { sweep } from "../../src/readings/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { seedFacts, type SeededImage } from "./seed-facts.ts";

const RUN = "3f0c7a52-6a52-4f0b-9a3e-0d8a3c5d9f10";
const GRID = { pLow: [0.5], entropyMax: [1], areaMax: [0.25], alpha: [0.5] };
const FACTS = { label: 1, entropy: 1, degenerate: false, areas: [0.2] } as const;

/** Positives of image n are known by its probability, which no other has. */
const IMAGES: SeededImage[] = [
  { ...FACTS, probability: 0.6, bodyPart: "wrist", split: "train" },
  { ...FACTS, probability: 0.7, bodyPart: "wrist", split: "valid" },
  { ...FACTS, probability: 0.8, bodyPart: "hand", split: "valid" },
  { ...FACTS, probability: 0.9 },
];

const DESCRIBE = `
  update image set hardware = case object_key when 'image-000000.png' then true when 'image-000001.png' then false end,
                   imported_at = timestamptz '2026-01-01' + interval '1 day' * id;
  update image set object_key = 'it''s "quoted", {braced}.png' where object_key = 'image-000003.png';
  insert into run (id, dataset_id, model_id, shard_size) select '${RUN}', dataset.id, model.id, 1 from dataset, model;
  update prediction set run_id = '${RUN}' where probability > 0.75`;

const day = (id: number): Date => new Date(Date.UTC(2026, 0, 1 + id));

test.for<[string, FactFilter, number[]]>([
  ["nothing", {}, [1, 2, 3, 4]],
  ["body parts", { bodyParts: ["wrist", "elbow"] }, [1, 2]],
  ["splits", { splits: ["valid"] }, [2, 3]],
  ["hardware seen", { hardware: true }, [1]],
  ["no hardware seen", { hardware: false }, [2]],
  ["the first day", { importedFrom: day(3) }, [3, 4]],
  ["the day after the last", { importedBefore: day(3) }, [1, 2]],
  ["a span of days", { importedFrom: day(2), importedBefore: day(4) }, [2, 3]],
  ["ids", { imageIds: [4, 2, 999] }, [2, 4]],
  ["object keys", { objectKeys: ["image-000000.png", 'it\'s "quoted", {braced}.png', "none"] }, [1, 4]],
  ["a run", { runId: RUN }, [3, 4]],
  [
    "all of these",
    { bodyParts: ["hand"], splits: ["valid"], imageIds: [3, 4], runId: RUN, importedFrom: day(1) },
    [3],
  ],
])("sweeps the images that pass a filter by %s", async ([, filter, ids]) => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: [0.5], images: IMAGES });
  await database.pool.query(DESCRIBE);
  const grid = { ...GRID, pLow: [0.59, 0.65, 0.75, 0.85] };
  const { counts, source } = await sweep({ database, dataset: "archive", grid, filter });
  // At the p_low below image n and above those before it, the images n and after it are positive.
  expect([...counts.tp]).toEqual([1, 2, 3, 4].map((first) => ids.filter((id) => id >= first).length));
  expect(source).toBe(Object.keys(filter).length === 0 ? "rollup" : "scan");
});

test.for<[string, FactFilter]>([
  ["ids", { imageIds: [] }],
  ["an unknown run", { runId: "00000000-0000-0000-0000-000000000000" }],
  ["an unknown body part", { bodyParts: ["knee"] }],
])("refuses a filter by %s that no prediction passes", async ([, filter]) => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: [0.5], images: IMAGES });
  await expect(sweep({ database, dataset: "archive", grid: GRID, filter })).rejects.toMatchObject({
    code: "NO_PREDICTIONS",
  });
});

test("names only missing facts of images that pass the filter", async () => {
  await using database = await createTestDatabase();
  const images = IMAGES.map((image, index) => ({ ...image, areas: index < 2 ? [null] : [0.2] }));
  await seedFacts(database, { alphas: [0.5], images });
  const request = { database, dataset: "archive", grid: GRID };
  const failure = {
    code: "FACTS_MISSING",
    file: "image-000001.png",
    message: expect.stringMatching(/: 1; the first/),
  };
  await expect(sweep({ ...request, filter: { imageIds: [2, 3] } })).rejects.toMatchObject(failure);
  expect([...(await sweep({ ...request, filter: { imageIds: [3, 4] } })).counts.tp]).toEqual([2]);
});

test("compares images with the labels of their studies when asked to", async () => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: [0.5], images: IMAGES });
  await database.pool.query("update study set label = id % 2 where study_key <> 'image-000003.png'");
  const { counts, labelled, unlabelled, source } = await sweep({
    database,
    dataset: "archive",
    grid: GRID,
    labelSource: "study",
  });
  expect([counts.tp[0], counts.fp[0], labelled, unlabelled]).toEqual([2, 1, { positive: 2, negative: 1 }, 1]);
  expect(source).toBe("scan");
});
