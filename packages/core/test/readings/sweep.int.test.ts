import fc from "fast-check";
import { expect, test } from "vitest";
import type { HairlineError } from "../../src/errors.ts";
import { sweep, sweepRow, type SweepResult } from "../../src/readings/index.ts";
import { rocAuc } from "../../src/selective/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import {
  configAt,
  configCount,
  evaluatePolicies,
  parseSweepGrid,
  type SweepGrid,
  type TriageCounts,
} from "../../src/triage/index.ts";
import { arbitraryGrid, arbitraryImage, SEED_ALPHAS } from "./arbitrary-facts.ts";
import { seedFacts, type SeededImage } from "./seed-facts.ts";

const GRID_OF_THE_ISSUE = parseSweepGrid({
  pLow: "0.18:0.26:0.02",
  entropyMax: "2.2:3.8:0.4",
  areaMax: "none,0.30,0.25,0.20,0.15",
  alpha: "0.3:0.7:0.1",
});

function labelled(images: readonly SeededImage[]) {
  return images.flatMap((image) => (image.label === null ? [] : [{ ...image, label: image.label }]));
}

function plainCounts(images: readonly SeededImage[], grid: SweepGrid, configs: number): TriageCounts[] {
  const policies = Array.from({ length: configs }, (_, index) => configAt(grid, index));
  return evaluatePolicies(labelled(images), SEED_ALPHAS, policies);
}

function sweptCounts(result: SweepResult): TriageCounts[] {
  return Array.from({ length: result.configs }, (_, index) => sweepRow(result, index).counts);
}

test("equals the plain evaluation on every config of 625 over images on and beside the thresholds", async () => {
  await using database = await createTestDatabase();
  const images = fc.sample(arbitraryImage({ complete: true }), { numRuns: 3000, seed: 20170508 });
  await seedFacts(database, { alphas: SEED_ALPHAS, images });
  const result = await sweep({ database, dataset: "archive", grid: GRID_OF_THE_ISSUE });
  expect(result.configs).toBe(625);
  expect(sweptCounts(result)).toEqual(plainCounts(images, GRID_OF_THE_ISSUE, 625));
  const rows = labelled(images);
  expect(result.labelled.positive + result.labelled.negative).toBe(rows.length);
  expect(result.unlabelled).toBe(images.length - rows.length);
  expect(result.rocAuc).toBe(
    rocAuc(
      rows.map((row) => row.probability),
      rows.map((row) => row.label),
    ),
  );
  expect(result.alphaSource).toEqual(["column", "column", "column", "column", "column"]);
});

test("equals the plain evaluation on any grid, repeated and absent thresholds included", async () => {
  await using database = await createTestDatabase();
  const images = fc.sample(arbitraryImage({ complete: true }), { numRuns: 2000, seed: 7 });
  await seedFacts(database, { alphas: SEED_ALPHAS, images });
  await fc.assert(
    fc.asyncProperty(arbitraryGrid(), async (grid) => {
      const result = await sweep({ database, dataset: "archive", grid });
      expect(sweptCounts(result)).toEqual(plainCounts(images, grid, result.configs));
    }),
    { numRuns: 60, seed: 11 },
  );
});

test("equals the plain evaluation on any few images, or refuses for exactly the facts a config gates on", async () => {
  await using database = await createTestDatabase();
  let round = 0;
  const image = fc.boolean().chain((complete) => arbitraryImage({ complete }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(image, { minLength: 1, maxLength: 12 }),
      arbitraryGrid(),
      async (images, grid) => {
        round += 1;
        const names = { dataset: `archive-${round}`, model: `scorer-${round}` };
        await seedFacts(database, { ...names, alphas: SEED_ALPHAS, images });
        const swept = await sweep({ database, ...names, grid }).then(
          sweptCounts,
          (error: HairlineError) => error.code,
        );
        const configs = configCount(grid);
        expect(swept).toEqual(
          lacksFacts(images, grid) ? "FACTS_MISSING" : plainCounts(images, grid, configs),
        );
      },
    ),
    { numRuns: 60, seed: 13 },
  );
});

function lacksFacts(images: readonly SeededImage[], grid: SweepGrid): boolean {
  const lowest = Math.min(...grid.pLow.map(Math.fround));
  const entropyGated = grid.entropyMax.some((value) => value !== null);
  const areaGated = grid.areaMax.some((value) => value !== null);
  const swept = SEED_ALPHAS.flatMap((alpha, index) => (grid.alpha.includes(alpha) ? [index] : []));
  return labelled(images).some(
    (image) =>
      image.probability >= lowest &&
      !image.degenerate &&
      ((entropyGated && image.entropy === null) ||
        (areaGated && swept.some((index) => image.areas[index] === null))),
  );
}

test("counts areas from the stored grids at an alpha that no column holds", async () => {
  await using database = await createTestDatabase();
  // Of the maximum 1, alpha 0.5 leaves one cell of four (0.5 is not strictly above), alpha 0.45 two.
  const image = { probability: 0.9, entropy: 1, degenerate: false, areas: [0.25], cam: [1, 0.5, 0.1, 0] };
  await seedFacts(database, {
    alphas: [0.5],
    images: [
      { ...image, label: 1 },
      { ...image, label: 0 },
    ],
  });
  const grid = { pLow: [0.2], entropyMax: [1], areaMax: [0.25, 0.5], alpha: [0.5, 0.45] };
  const result = await sweep({ database, dataset: "archive", grid });
  expect(result.alphaSource).toEqual(["column", "grid"]);
  expect([...result.counts.tp]).toEqual([1, 0, 1, 1]);
  expect([...result.counts.fp]).toEqual([1, 0, 1, 1]);
  expect([...result.counts.inconclusive]).toEqual([0, 2, 0, 0]);
  const onlyGrid = await sweep({ database, dataset: "archive", grid: { ...grid, alpha: [0.45] } });
  expect([...onlyGrid.counts.tp]).toEqual([0, 1]);
});

test("refuses an alpha that neither a column nor a grid can answer, naming the images", async () => {
  await using database = await createTestDatabase();
  const facts = { entropy: 1, degenerate: false, areas: [0.2] };
  await seedFacts(database, {
    alphas: [0.5],
    images: [
      { ...facts, label: 0, probability: 0.1 },
      { ...facts, label: 1, probability: 0.3 },
      { ...facts, label: null, probability: 0.9 },
      { ...facts, label: 0, probability: 0.9 },
    ],
  });
  const grid = { pLow: [0.3, 0.5], entropyMax: [1], areaMax: [0.25], alpha: [0.35] };
  await expect(sweep({ database, dataset: "archive", grid })).rejects.toMatchObject({
    code: "FACTS_MISSING",
    file: "image-000001.png",
    message: expect.stringMatching(/: 2; the first is /),
  });
  const withoutArea = await sweep({ database, dataset: "archive", grid: { ...grid, areaMax: [null] } });
  expect(withoutArea.alphaSource).toEqual(["unused"]);
  expect([...withoutArea.counts.tp]).toEqual([1, 0]);
});

test("takes missing facts where the probability is under every p_low", async () => {
  await using database = await createTestDatabase();
  const missing = { entropy: null, degenerate: false, areas: [null] };
  await seedFacts(database, {
    alphas: [0.5],
    images: [
      { ...missing, label: 1, probability: 0.19 },
      { ...missing, label: 0, probability: 0.05 },
    ],
  });
  const grid = { pLow: [0.2, 0.3], entropyMax: [1], areaMax: [0.25], alpha: [0.5] };
  const result = await sweep({ database, dataset: "archive", grid });
  expect([...result.counts.fn]).toEqual([1, 1]);
  expect([...result.counts.tn]).toEqual([1, 1]);
  await expect(
    sweep({ database, dataset: "archive", grid: { ...grid, pLow: [0.19, 0.3] } }),
  ).rejects.toMatchObject({
    code: "FACTS_MISSING",
    file: "image-000000.png",
  });
});

test("gives null for the metrics that one class or no confident image leaves undefined", async () => {
  await using database = await createTestDatabase();
  const facts = { entropy: 2, degenerate: false, areas: [0.2] };
  await seedFacts(database, { alphas: [0.5], images: [{ ...facts, label: 0, probability: 0.9 }] });
  const grid = { pLow: [0.5, 0.95], entropyMax: [1], areaMax: [null], alpha: [0.5] };
  const result = await sweep({ database, dataset: "archive", grid });
  expect(result.rocAuc).toBeNull();
  expect(sweepRow(result, 0).metrics).toEqual({
    coverage: 0,
    inconclusiveRate: 1,
    accuracy: null,
    precision: null,
    recall: null,
    f1: null,
    overallAccuracy: 0,
  });
  expect(sweepRow(result, 1).metrics).toEqual({
    coverage: 1,
    inconclusiveRate: 0,
    accuracy: 1,
    precision: null,
    recall: null,
    f1: null,
    overallAccuracy: 1,
  });
});

test("sweeps only the body parts and splits asked for", async () => {
  await using database = await createTestDatabase();
  const facts = { probability: 0.9, entropy: 1, degenerate: false, areas: [0.2] };
  await seedFacts(database, {
    alphas: [0.5],
    images: [
      { ...facts, label: 1, bodyPart: "wrist", split: "valid" },
      { ...facts, label: 1, bodyPart: "wrist", split: "train" },
      { ...facts, label: 1, bodyPart: "hand", split: "valid" },
      { ...facts, label: 1 },
    ],
  });
  await database.pool.query(
    "update study set body_part = 'elbow', split = 'valid' where study_key = 'image-000003.png'",
  );
  const grid = { pLow: [0.5], entropyMax: [1], areaMax: [null], alpha: [0.5] };
  const positives = async (filter: { bodyParts?: string[]; splits?: string[] }) =>
    (await sweep({ database, dataset: "archive", grid, filter })).labelled.positive;
  expect(await positives({})).toBe(4);
  expect(await positives({ bodyParts: ["wrist", "elbow"] })).toBe(3);
  expect(await positives({ bodyParts: ["wrist", "elbow"], splits: ["valid"] })).toBe(2);
  await expect(positives({ bodyParts: ["knee"] })).rejects.toMatchObject({ code: "NO_PREDICTIONS" });
});

test("names what a reading's names do not lead to", async () => {
  await using database = await createTestDatabase();
  const grid = { pLow: [0.5], entropyMax: [1], areaMax: [null], alpha: [0.5] };
  await expect(sweep({ database, dataset: "none", grid })).rejects.toMatchObject({
    code: "DATASET_NOT_FOUND",
  });
  await seedFacts(database, { dataset: "empty", model: "idle", alphas: [], images: [] });
  await expect(sweep({ database, dataset: "empty", grid })).rejects.toMatchObject({ code: "NO_PREDICTIONS" });
  await expect(sweep({ database, dataset: "empty", model: "idle", grid })).rejects.toMatchObject({
    code: "NO_PREDICTIONS",
  });
  await expect(sweep({ database, dataset: "empty", model: "none", grid })).rejects.toMatchObject({
    code: "MODEL_NOT_FOUND",
  });
});
