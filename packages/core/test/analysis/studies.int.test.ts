import { expect, test } from "vitest";
import { compareStudyRules, readStudies, type StudyReading, sweepStudies } from "../../src/analysis/index.ts";
import { STUDY_RULES, studyOutcome, studyProbability } from "../../src/pooling/index.ts";
import { sweepRow } from "../../src/readings/index.ts";
import { rocAuc } from "../../src/selective/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { configAt, countOf, parsePolicy, parseSweepGrid } from "../../src/triage/index.ts";
import { SEED_ALPHAS } from "../readings/arbitrary-facts.ts";
import { sampleStudies, studiesOf, viewsAt } from "./arbitrary-studies.ts";
import { ARCHIVE, seedArchive, type SeededView } from "./seed-archive.ts";

const POLICY = parsePolicy("p_low=0.22,entropy_max=2.6,area_max=0.25,alpha=0.5");

async function collect(studies: AsyncIterable<StudyReading>): Promise<StudyReading[]> {
  const collected: StudyReading[] = [];
  for await (const study of studies) collected.push(study);
  return collected;
}

test("reads every study as each rule does in TypeScript, bit for bit", async () => {
  await using database = await createTestDatabase();
  const views = sampleStudies({ complete: false, views: 600, studies: 180, seed: 4 });
  await seedArchive(database, views, SEED_ALPHAS);
  for (const policy of [
    POLICY,
    parsePolicy("p_low=0.7,entropy_max=none"),
    parsePolicy("p_low=0,entropy_max=1.5"),
  ]) {
    const read = await collect(readStudies({ database, ...ARCHIVE, policy }));
    const expected = studiesOf(views).map((study) => {
      const given = viewsAt(study, policy.alpha);
      return {
        studyKey: study.key,
        label: study.label,
        views: study.views.length,
        probability: Object.fromEntries(STUDY_RULES.map((rule) => [rule, studyProbability(rule, given)])),
        outcome: Object.fromEntries(STUDY_RULES.map((rule) => [rule, studyOutcome(rule, given, policy)])),
      };
    });
    expect(
      read.map(({ studyKey, label, views: count, probability, outcome }) => ({
        studyKey,
        label,
        views: count,
        // Stored as float32 and printed in its shortest form.
        probability: Object.fromEntries(
          Object.entries(probability).map(([rule, p]) => [rule, Math.fround(p)]),
        ),
        outcome,
      })),
    ).toEqual(expected);
  }
});

test.each(STUDY_RULES)("sweeps studies by %s as the plain evaluation of each config", async (rule) => {
  await using database = await createTestDatabase();
  const views = sampleStudies({ complete: true, views: 400, studies: 130, seed: 8 });
  await seedArchive(database, views, SEED_ALPHAS);
  const grid = parseSweepGrid({
    pLow: "0.18:0.26:0.02",
    entropyMax: "none,1.5,2.2,3",
    areaMax: "none,0.2,0.3",
    alpha: "0.3,0.5",
  });
  const result = await sweepStudies({ database, ...ARCHIVE, grid, rule });
  const labelled = studiesOf(views).flatMap((study) =>
    study.label === null ? [] : [{ ...study, label: study.label }],
  );
  expect(result.labelled.positive + result.labelled.negative).toBe(labelled.length);
  expect(result.unlabelled).toBe(studiesOf(views).length - labelled.length);
  for (let config = 0; config < result.configs; config++) {
    const policy = configAt(grid, config);
    const counts = { tp: 0, fp: 0, tn: 0, fn: 0, inconclusive: 0 };
    for (const study of labelled)
      counts[countOf(studyOutcome(rule, viewsAt(study, policy.alpha), policy), study.label)] += 1;
    expect(sweepRow(result, config).counts).toEqual(counts);
  }
  expect(result.rocAuc).toBe(
    rocAuc(
      labelled.map((study) => studyProbability(rule, viewsAt(study, 0.5))),
      labelled.map(({ label }) => label),
    ),
  );
});

const FACTS = { entropy: 1, areas: [0.2] };

test("counts areas of studies from the grids at an alpha that no column holds", async () => {
  await using database = await createTestDatabase();
  // Of the maximum 1, alpha 0.45 leaves two cells of four.
  await seedArchive(database, [{ ...FACTS, label: 1, probability: 0.9, cam: [1, 0.5, 0.1, 0] }]);
  const grid = { pLow: [0.2], entropyMax: [1], areaMax: [0.25, 0.5], alpha: [0.45, 0.5] };
  const result = await sweepStudies({ database, ...ARCHIVE, grid, rule: "views" });
  expect(result.alphaSource).toEqual(["grid", "column"]);
  expect([...result.counts.tp]).toEqual([0, 1, 1, 1]);
});

test("refuses a sweep over studies that lack its facts, and a dataset without scores", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, [
    { study: "a", label: 1, probability: 0.9 },
    { ...FACTS, study: "a", label: 0, probability: 0.9 },
  ]);
  const grid = { pLow: [0.2], entropyMax: [1, null], areaMax: [null], alpha: [0.5] };
  const request = { database, ...ARCHIVE, grid, rule: "mean" } as const;
  await expect(sweepStudies(request)).rejects.toMatchObject({
    code: "FACTS_MISSING",
    file: "view-000000.png",
  });
  expect([...(await sweepStudies({ ...request, grid: { ...grid, entropyMax: [null] } })).counts.tp]).toEqual([
    1,
  ]);
  await expect(sweepStudies({ ...request, filter: { splits: ["x"] } })).rejects.toMatchObject({
    code: "NO_PREDICTIONS",
  });
});

// Patient x has two studies of the wrist; the hand's second view was not scored by this model.
const WRIST_AND_HAND: SeededView[] = [
  { ...FACTS, study: "w1", patient: "x", bodyPart: "XR_WRIST", label: 1, probability: 0.9 },
  { ...FACTS, study: "w1", patient: "x", bodyPart: "XR_WRIST", label: 1, probability: 0.1 },
  { ...FACTS, study: "w2", patient: "x", bodyPart: "XR_WRIST", label: 0, probability: 0.1 },
  { ...FACTS, study: "h1", bodyPart: "XR_HAND", label: 1, probability: 0.8, entropy: 3 },
  { ...FACTS, study: "k1", bodyPart: "knee", label: null, probability: 0.7 },
];

test("compares the rules, and sets kappas by body part beside those of MURA", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, WRIST_AND_HAND);
  await database.pool.query(
    `insert into image (dataset_id, study_id, object_key, label)
     select dataset_id, id, 'unscored.png', 1 from study where study_key = 'h1'`,
  );
  const report = await compareStudyRules({
    database,
    ...ARCHIVE,
    policy: parsePolicy("p_low=0.6,entropy_max=2"),
    settings: { replicates: 50 },
  });
  expect(report).toMatchObject({ studies: 4, incomplete: 1, kappaRule: "views" });
  expect(report.rules.map(({ rule, outcomes }) => [rule, outcomes])).toEqual([
    ["views", { negative: 1, positive: 2, inconclusive: 1 }],
    // The mean of w1 is 0.5, below p_low.
    ["mean", { negative: 2, positive: 1, inconclusive: 1 }],
    ["max", { negative: 1, positive: 2, inconclusive: 1 }],
    ["min", { negative: 2, positive: 1, inconclusive: 1 }],
    ["noisy_or", { negative: 1, positive: 2, inconclusive: 1 }],
  ]);
  expect(report.rules[0]?.measures).toMatchObject({
    labelled: 3,
    clusters: 2,
    auroc: { estimate: 1 },
    reason: null,
  });
  expect(report.bodyParts).toMatchObject([
    {
      bodyPart: "XR_HAND",
      labelled: 1,
      kappa: { estimate: null },
      published: { baseline: 0.851 },
      reason: "everything labelled is a fracture",
    },
    {
      bodyPart: "XR_WRIST",
      labelled: 2,
      kappa: { estimate: 1 },
      forcedKappa: { estimate: 1 },
      published: { baseline: 0.931 },
    },
    { bodyPart: "knee", labelled: 0, published: null, reason: "nothing is labelled" },
    { bodyPart: "overall", labelled: 3, kappa: { estimate: 1 }, published: { baseline: 0.705 } },
  ]);
  expect(JSON.stringify(report)).not.toContain("NaN");
});

test("names the settings, datasets and facts that are wrong", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, WRIST_AND_HAND);
  const request = { database, ...ARCHIVE, policy: POLICY };
  await expect(compareStudyRules({ ...request, settings: { risk: 2 } })).rejects.toMatchObject({
    code: "BAD_ARGUMENT",
    field: "risk",
  });
  await expect(compareStudyRules({ ...request, filter: { bodyParts: ["none"] } })).rejects.toMatchObject({
    code: "NO_PREDICTIONS",
  });
  await expect(compareStudyRules({ ...request, policy: { ...POLICY, alpha: 0.45 } })).rejects.toMatchObject({
    code: "FACTS_MISSING",
  });
});
