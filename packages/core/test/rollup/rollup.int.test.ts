import fc from "fast-check";
import { expect, test } from "vitest";
import {
  checkRollup,
  compactRollup,
  compactRollups,
  readFactsVersion,
  readRollup,
  rebuildRollup,
} from "../../src/rollup/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { arbitraryImage, SEED_ALPHAS } from "../readings/arbitrary-facts.ts";
import { seedFacts } from "../readings/seed-facts.ts";
import { change, CHANGE_NAMES, scopeOf } from "./change-facts.ts";

const RIGHT = { wrongCells: 0, otherGrid: false };
const IMAGES = fc.sample(arbitraryImage({ complete: false }), { numRuns: 200, seed: 41 });

test("holds what a scan counts after any changes, compacted at any time or not at all", async () => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: SEED_ALPHAS, images: IMAGES });
  const scope = await scopeOf(database);
  const step = fc.oneof(
    fc.record({ name: fc.constantFrom(...CHANGE_NAMES), turn: fc.integer({ min: 0, max: 3 }) }),
    fc.constantFrom("compact" as const, "rebuild" as const),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      for (const each of steps) {
        if (each === "compact") await compactRollups(database);
        else if (each === "rebuild") await rebuildRollup(database, scope);
        else await change(database, scope, each);
      }
      expect(await checkRollup(database, scope)).toMatchObject(RIGHT);
    }),
    { seed: 43, numRuns: 25 },
  );
});

test("compacts what waits, once", async () => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: SEED_ALPHAS, images: IMAGES });
  const scope = await scopeOf(database);
  const labelled = IMAGES.filter(({ label }) => label !== null).length;
  expect(await checkRollup(database, scope)).toEqual({ ...RIGHT, labelled, pending: 1 });
  expect(await compactRollups(database)).toBe(1);
  expect(await checkRollup(database, scope)).toEqual({ ...RIGHT, labelled, pending: 0 });
  expect(await compactRollup(database, scope)).toBe(0);
});

test("finds kept counts that are wrong, and makes them right", async () => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: SEED_ALPHAS, images: IMAGES });
  const scope = await scopeOf(database);
  await compactRollups(database);
  await database.pool.query("update rollup set unlabelled = unlabelled + 1");
  await database.pool.query(
    "update rollup_cells set positive = negative, negative = positive where position = 2",
  );
  const { wrongCells } = await checkRollup(database, scope);
  expect(wrongCells).toBeGreaterThan(2);
  await rebuildRollup(database, scope);
  expect(await checkRollup(database, scope)).toMatchObject(RIGHT);
});

test("does not use counts of another release's grid, and makes them anew with the next changes", async () => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: SEED_ALPHAS, images: IMAGES });
  const scope = await scopeOf(database);
  await compactRollups(database);
  await database.pool.query("update rollup set grid = 0; delete from rollup_cells");
  expect(await checkRollup(database, scope)).toMatchObject({ otherGrid: true });
  await change(database, scope, { name: "a label corrected", turn: 0 });
  const before = await readFactsVersion(database.pool, scope);
  await compactRollups(database);
  expect(await checkRollup(database, scope)).toMatchObject({ ...RIGHT, pending: 0 });
  expect(await readFactsVersion(database.pool, scope)).toBe(before);
});

test("keeps models and datasets apart", async () => {
  await using database = await createTestDatabase();
  await seedFacts(database, { dataset: "one", model: "first", alphas: SEED_ALPHAS, images: IMAGES });
  await seedFacts(database, { dataset: "two", model: "second", alphas: [], images: IMAGES.slice(0, 50) });
  const one = await scopeOf(database, "one");
  const two = await scopeOf(database, "two");
  await database.pool.query(
    "insert into prediction (model_id, image_id, probability) select $1, id, 0.5 from image where dataset_id = $2",
    [one.modelId, two.datasetId],
  );
  await compactRollups(database);
  const across = { ...one, datasetId: two.datasetId };
  const second = { ...two, modelId: two.modelId + 1, alphaCount: 0 };
  for (const scope of [one, across, second]) expect(await checkRollup(database, scope)).toMatchObject(RIGHT);
  expect((await checkRollup(database, across)).labelled).toBe((await checkRollup(database, second)).labelled);
});

test("forgets a deleted dataset and a deleted model, compacted or waiting", async () => {
  await using database = await createTestDatabase();
  const { pool } = database;
  const left = async () => {
    const { rows } = await pool.query<{ count: number }>(
      `select (select count(*) from fact_change) + (select count(*) from rollup) + (select count(*) from rollup_cells)
              + (select count(*) from prediction) + (select count(*) from stratum) as count`,
    );
    return rows[0]?.count;
  };
  await seedFacts(database, { dataset: "one", model: "first", alphas: SEED_ALPHAS, images: IMAGES });
  await compactRollups(database);
  await change(database, await scopeOf(database, "one"), { name: "a label corrected", turn: 1 });
  await pool.query("delete from dataset where name = 'one'");
  expect(await left()).toBe(0);
  await seedFacts(database, { dataset: "two", model: "second", alphas: SEED_ALPHAS, images: IMAGES });
  await compactRollups(database);
  await change(database, await scopeOf(database, "two"), { name: "a label corrected", turn: 1 });
  await pool.query("delete from model");
  await pool.query("delete from stratum");
  expect(await left()).toBe(0);
  const { rows } = await pool.query(
    "select from pg_class where relname like 'prediction_model_%' and relkind = 'r'",
  );
  expect(rows).toEqual([]);
});

test("reads only the alphas asked for", async () => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: SEED_ALPHAS, images: IMAGES });
  const scope = await scopeOf(database);
  await compactRollups(database);
  const client = await database.pool.connect();
  const reading = await readRollup(client, scope, [1, 3]);
  client.release();
  const filled = reading?.counts.alphas.map(({ positive }) => positive.some((count) => count > 0));
  expect(filled).toEqual([false, true, false, true, false]);
});

test("refuses to truncate predictions, which no rollup would notice", async () => {
  await using database = await createTestDatabase();
  await expect(database.pool.query("truncate prediction cascade")).rejects.toMatchObject({ code: "23001" });
});
