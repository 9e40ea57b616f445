import fc from "fast-check";
import { expect, test } from "vitest";
import type { HairlineError } from "../../src/errors.ts";
import { sweep, type ImageSweepRequest } from "../../src/readings/index.ts";
import { compactRollups } from "../../src/rollup/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { configAt, configCount, countsAt, evaluatePolicies, parseSweepGrid } from "../../src/triage/index.ts";
import { arbitraryImage, SEED_ALPHAS } from "./arbitrary-facts.ts";
import { seedFacts, type SeededImage } from "./seed-facts.ts";

const GRID_250K = parseSweepGrid({
  pLow: "0.01:1:0.01",
  entropyMax: "none,0.1:4.9:0.1",
  areaMax: "none,0.05:0.45:0.05",
  alpha: "0.3:0.7:0.1",
});

function labelled(images: readonly SeededImage[]) {
  return images.flatMap((image) => (image.label === null ? [] : [{ ...image, label: image.label }]));
}

test("equals the plain evaluation on each of 250,000 configs, by scan and by rollup", async () => {
  await using database = await createTestDatabase();
  const images = fc.sample(arbitraryImage({ complete: true }), { numRuns: 100, seed: 71 });
  await seedFacts(database, { alphas: SEED_ALPHAS, images });
  const request = { database, dataset: "archive", grid: GRID_250K };
  expect(configCount(GRID_250K)).toBe(250_000);
  const configs = Array.from({ length: 250_000 }, (_, index) => configAt(GRID_250K, index));
  const expected = evaluatePolicies(labelled(images), SEED_ALPHAS, configs);
  const scanned = await sweep({ ...request, scan: true });
  const waiting = await sweep(request);
  await compactRollups(database);
  const compacted = await sweep(request);
  expect([scanned, waiting, compacted].map(({ source }) => source)).toEqual(["scan", "rollup", "rollup"]);
  for (const { counts } of [scanned, waiting, compacted]) {
    const wrong = expected.findIndex((plain, index) => {
      const found = countsAt(counts, index);
      return Object.entries(plain).some(([name, count]) => found[name as keyof typeof found] !== count);
    });
    expect(wrong).toBe(-1);
  }
  expect(compacted).toEqual({ ...scanned, source: "rollup" });
});

test("gives the same by scan and by rollup, or refuses alike, also where facts and labels are missing", async () => {
  await using database = await createTestDatabase();
  const images = fc.sample(arbitraryImage({ complete: false }), { numRuns: 12, seed: 73 });
  await seedFacts(database, { alphas: SEED_ALPHAS, images });
  await compactRollups(database);
  const aligned = {
    pLow: [0, 0.22, 0.3, 0.7, 1],
    entropyMax: [0, 1.5, 3.8, null],
    areaMax: [0, 0.15, 0.3, 1, null],
  };
  const pick = <T>(values: readonly T[]): fc.Arbitrary<T[]> =>
    fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
  const grid = fc.record({
    pLow: pick(aligned.pLow),
    entropyMax: pick(aligned.entropyMax),
    areaMax: pick(aligned.areaMax),
    alpha: pick(SEED_ALPHAS),
  });
  // The source apart, what one gives the other has to give too: the same result, or the same refusal.
  const outcome = (request: ImageSweepRequest) =>
    sweep(request).then(
      ({ source, ...result }) => ({ kind: source as string, result }),
      ({ code, message }: HairlineError) => ({ kind: code as string, result: message }),
    );
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(grid, async (asked) => {
      const request = { database, dataset: "archive", grid: asked };
      const rolledUp = await outcome(request);
      const scanned = await outcome({ ...request, scan: true });
      seen.add(`${rolledUp.kind} ${scanned.kind}`);
      expect(rolledUp.result).toEqual(scanned.result);
    }),
    { seed: 79, numRuns: 40 },
  );
  expect([...seen].sort()).toEqual(["FACTS_MISSING FACTS_MISSING", "rollup scan"]);
});

test("reads the predictions for any grid that is not the rollup's", async () => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: [0.5], images: fc.sample(arbitraryImage({ complete: true }), 5) });
  const request = { database, dataset: "archive" };
  const base = { pLow: [0.2], entropyMax: [2], areaMax: [null], alpha: [0.5] };
  expect((await sweep({ ...request, grid: base })).source).toBe("rollup");
  expect((await sweep({ ...request, grid: { ...base, pLow: [0.205] } })).source).toBe("scan");
  expect((await sweep({ ...request, grid: { ...base, entropyMax: [2.05] } })).source).toBe("scan");
});

test("computes the ROC area once for the same facts, and again when they change", async () => {
  await using database = await createTestDatabase();
  const images = [0.1, 0.4, 0.6, 0.9].map((probability, index) => ({
    probability,
    entropy: 1,
    degenerate: false,
    areas: [0.2],
    label: index % 2 === 1 ? (1 as const) : (0 as const),
  }));
  await seedFacts(database, { alphas: [0.5], images });
  const grid = { pLow: [0.2], entropyMax: [2], areaMax: [null], alpha: [0.5] };
  const request = { database, dataset: "archive", grid };
  const area = async () => (await sweep(request)).rocAuc;
  // Of the pairs of a 1 (0.4, 0.9) and a 0 (0.1, 0.6), all but (0.4, 0.6) are in order.
  expect(await area()).toBe(0.75);
  await database.pool.query("update rollup set roc_auc = 0.123");
  expect(await area()).toBe(0.123);
  await database.pool.query("update prediction set probability = 0.7 where probability = 0.4::real");
  expect(await area()).toBe(1);
  expect((await sweep({ ...request, rocAuc: false })).rocAuc).toBeNull();
});
