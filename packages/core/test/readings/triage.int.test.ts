import fc from "fast-check";
import { expect, test } from "vitest";
import { triageDataset, triageImages, type TriagedImage } from "../../src/readings/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { alphaIndex, parsePolicy, triage, type Policy } from "../../src/triage/index.ts";
import { arbitraryImage, SEED_ALPHAS } from "./arbitrary-facts.ts";
import { seedFacts, seededKey, type SeededImage } from "./seed-facts.ts";

const FACTS = { entropy: 1, degenerate: false, areas: [0.2] };
const POLICY = parsePolicy("p_low=0.22,entropy_max=1.5,area_max=0.3,alpha=0.5");

test("counts outcomes, reasons and metrics, overall and per body part", async () => {
  await using database = await createTestDatabase();
  const images: SeededImage[] = [
    { ...FACTS, label: 0, probability: 0.21, bodyPart: "hand" },
    { ...FACTS, label: 1, probability: 0.22, bodyPart: "hand" },
    { ...FACTS, label: 1, probability: 0.9, entropy: 1.6, bodyPart: "hand" },
    { ...FACTS, label: null, probability: 0.1, bodyPart: "hand" },
    { ...FACTS, label: 0, probability: 0.9, areas: [0.31], bodyPart: "wrist" },
    { label: 0, probability: 0.9, degenerate: true, entropy: null, areas: [null], bodyPart: "wrist" },
    { ...FACTS, label: 1, probability: 0.9, areas: [null] },
    { ...FACTS, label: 0, probability: 0.9 },
  ];
  await seedFacts(database, { alphas: [0.5], images });
  const report = await triageDataset({ database, dataset: "archive", policy: POLICY });
  expect(report.overall).toEqual({
    images: 8,
    labelled: 7,
    outcomes: { negative: 2, positive: 2, inconclusive: 4 },
    reasons: {
      below_p_low: 2,
      localised: 2,
      entropy_above: 1,
      area_above: 1,
      degenerate_cam: 1,
      facts_missing: 1,
    },
    // The images as listed: tn, tp, inconclusive, (no label), inconclusive, inconclusive, inconclusive, fp.
    counts: { tp: 1, fp: 1, tn: 1, fn: 0, inconclusive: 4 },
    metrics: {
      coverage: 3 / 7,
      inconclusiveRate: 4 / 7,
      accuracy: 2 / 3,
      precision: 1 / 2,
      recall: 1,
      f1: 2 / 3,
      overallAccuracy: 2 / 7,
    },
  });
  expect(report.bodyParts.map(({ bodyPart, images: count, counts }) => [bodyPart, count, counts])).toEqual([
    ["hand", 4, { tp: 1, fp: 0, tn: 1, fn: 0, inconclusive: 1 }],
    ["wrist", 2, { tp: 0, fp: 0, tn: 0, fn: 0, inconclusive: 2 }],
    [null, 2, { tp: 0, fp: 1, tn: 0, fn: 0, inconclusive: 1 }],
  ]);
  expect(report.alphaSource).toBe("column");
});

test("gives every image the outcome, reason and margin that the rule gives it in TypeScript", async () => {
  await using database = await createTestDatabase();
  const images = fc.sample(
    fc.boolean().chain((complete) => arbitraryImage({ complete })),
    { numRuns: 1500, seed: 3 },
  );
  await seedFacts(database, { alphas: SEED_ALPHAS, images });
  for (const policy of [
    POLICY,
    parsePolicy("p_low=0,entropy_max=0"),
    parsePolicy("p_low=0.2,entropy_max=none,area_max=0.2,alpha=0.3"),
    parsePolicy("p_low=0.7,entropy_max=none"),
    parsePolicy("p_low=1,entropy_max=3.8918,area_max=1,alpha=0.7"),
    { ...POLICY, pLow: Infinity },
  ]) {
    const triaged = await collect(triageImages({ database, dataset: "archive", policy }));
    const expected = images.map((image, index) => expectedReading(image, { policy, index }));
    expect(triaged.map(readingOf)).toEqual(expected);
  }
});

function readingOf({ objectKey, outcome, reason, threshold, margin }: TriagedImage) {
  return { objectKey, outcome, reason, threshold, margin };
}

function expectedReading(image: SeededImage, { policy, index }: { policy: Policy; index: number }) {
  const area = image.areas[alphaIndex(SEED_ALPHAS, policy.alpha)] ?? null;
  return { objectKey: seededKey(index), ...triage({ ...image, area }, policy) };
}

test("gives all images of a patient one cluster, and each of an unknown patient its study's", async () => {
  await using database = await createTestDatabase();
  const images = Array.from({ length: 4 }, () => ({ ...FACTS, label: 1, probability: 0.9 }) as const);
  await seedFacts(database, { alphas: [0.5], images });
  await database.pool.query("update study set patient_key = 'p' where study_key = any ($1)", [
    [seededKey(1), seededKey(3)],
  ]);
  const read = await collect(triageImages({ database, dataset: "archive", policy: POLICY }));
  const studies = read.map((image) => image.studyId);
  expect(new Set(studies).size).toBe(4);
  const first = Math.min(studies[1] ?? 0, studies[3] ?? 0);
  expect(read.map((image) => image.cluster)).toEqual([studies[0], first, studies[2], first]);
});

test("reads the area at an alpha without a column from the grid", async () => {
  await using database = await createTestDatabase();
  // Above 0.45 of 0.8 = 0.36 lie two cells of four.
  const image = { label: 1, probability: 0.9, ...FACTS, cam: [0.8, 0.4, 0.1, 0] } as const;
  await seedFacts(database, { alphas: [0.5], images: [image] });
  const policy = parsePolicy("p_low=0.2,entropy_max=1,area_max=0.5,alpha=0.45");
  const [row] = await collect(triageImages({ database, dataset: "archive", policy }));
  expect(row).toMatchObject({ area: 0.5, outcome: "positive" });
  const tighter = { ...policy, areaMax: 0.49 };
  const report = await triageDataset({ database, dataset: "archive", policy: tighter });
  expect(report.alphaSource).toBe("grid");
  expect(report.overall.reasons.area_above).toBe(1);
});

test("refuses an alpha of which the model has neither column nor grid", async () => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: [0.5], images: [{ ...FACTS, label: 1, probability: 0.9 }] });
  const policy = parsePolicy("p_low=0.2,entropy_max=1,area_max=0.5,alpha=0.45");
  const request = { database, dataset: "archive", policy };
  await expect(triageDataset(request)).rejects.toMatchObject({ code: "FACTS_MISSING", field: "alpha" });
  await expect(collect(triageImages(request))).rejects.toMatchObject({ code: "FACTS_MISSING" });
  await expect(triageDataset({ ...request, policy: { ...policy, areaMax: null } })).resolves.toMatchObject({
    alphaSource: "unused",
    overall: { outcomes: { positive: 1 } },
  });
});

test("refuses a policy that is out of range and a dataset without predictions", async () => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: [0.5], images: [] });
  const request = { database, dataset: "archive", model: "scorer" };
  await expect(triageDataset({ ...request, policy: { ...POLICY, pLow: Number.NaN } })).rejects.toMatchObject({
    code: "BAD_THRESHOLD",
    field: "p_low",
  });
  await expect(triageDataset({ ...request, policy: POLICY })).rejects.toMatchObject({
    code: "NO_PREDICTIONS",
  });
});

test("leaves no connection taken when a reader stops early", async () => {
  await using database = await createTestDatabase();
  const images = Array.from({ length: 20 }, () => ({ ...FACTS, label: 1, probability: 0.9 }) as const);
  await seedFacts(database, { alphas: [0.5], images });
  for await (const image of triageImages({ database, dataset: "archive", policy: POLICY })) {
    expect(image.objectKey).toBe(seededKey(0));
    break;
  }
  expect(database.pool.idleCount).toBe(database.pool.totalCount);
});

async function collect(rows: AsyncIterable<TriagedImage>): Promise<TriagedImage[]> {
  const collected: TriagedImage[] = [];
  for await (const row of rows) collected.push(row);
  return collected;
}
