import { expect, test } from "vitest";
import { compareModels, comparisonById, listComparisons } from "../../src/champions/index.ts";
import { activatePolicy, createPolicy } from "../../src/policies/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { seedStudies } from "../policies/seed-studies.ts";
import { archive, DATASET, seedChampion, seedScores } from "./seed-models.ts";

const PAIR = { dataset: DATASET, champion: "champion", challenger: "challenger", replicates: 200 };

test("compares two models on the images both scored, and says which were left out", async () => {
  await using database = await createTestDatabase();
  const images = archive();
  images[4] = { ...images[4]!, label: null };
  await seedChampion(database, images);
  // Image 0 is not scored; images 20 and 40, fractures the champion misses, are found; 22 to 24 are lost.
  await seedScores(database, "challenger", (at, before) => {
    if (at === 0) return null;
    if (at === 20 || at === 40) return 0.9;
    return at === 22 || at === 24 ? 0.1 : before;
  });
  const request = { database, ...PAIR, filter: { splits: ["valid"] } };
  const { comparison, flipped } = await compareModels(request);
  expect(comparison).toMatchObject({
    champion: "champion",
    challenger: "challenger",
    dataset: DATASET,
    splits: ["valid"],
    level: "image",
    championPolicy: "half@1",
    challengerPolicy: "half@1",
    excluded: { onlyChampion: 1, onlyChallenger: 0, unlabelled: 1 },
    evidence: {
      units: 198,
      positives: 98,
      negatives: 100,
      patients: 198,
      // Every tenth fracture is missed: 9 of 98 without image 0, two of them found, two others lost.
      sensitivity: { units: 98, gained: 2, lost: 2, champion: 89 / 98, challenger: 89 / 98 },
    },
    certificate: { champion: false, challenger: false },
  });
  expect(flipped.map(({ champion, challenger }) => [champion.outcome, challenger.outcome])).toEqual([
    ["negative", "positive"],
    ["positive", "negative"],
    ["positive", "negative"],
    ["negative", "positive"],
  ]);
  expect(comparison.flips).toEqual([
    { champion: "negative", challenger: "negative", units: 97, positives: 7, negatives: 90, unlabelled: 0 },
    { champion: "negative", challenger: "positive", units: 2, positives: 2, negatives: 0, unlabelled: 0 },
    { champion: "positive", challenger: "negative", units: 2, positives: 2, negatives: 0, unlabelled: 0 },
    { champion: "positive", challenger: "positive", units: 98, positives: 87, negatives: 10, unlabelled: 1 },
  ]);
  expect(await comparisonById(database.pool, comparison.id)).toEqual(comparison);
  expect(await listComparisons(database)).toEqual([comparison]);
});

test("reads each model with the policy in force for it", async () => {
  await using database = await createTestDatabase();
  await seedChampion(database);
  const modelId = await seedScores(database, "challenger", (_, before) => before / 2);
  const own = await createPolicy(database, {
    name: "quarter",
    level: "image",
    thresholds: { pLow: 0.25, entropyMax: null, areaMax: null, alpha: 0.5 },
    pLowScale: "raw",
  });
  await activatePolicy(database, own, { modelId, dataset: null, by: null, note: null });
  const { comparison, flipped } = await compareModels({ database, ...PAIR });
  expect(comparison).toMatchObject({ championPolicy: "half@1", challengerPolicy: "quarter@1" });
  expect(flipped).toEqual([]);
  // Halved scores order and decide as before: confidences |p - threshold| are halved too.
  expect(comparison.evidence.augrc.difference.estimate).toBeCloseTo(0, 6);
});

test("compares studies where the policies read studies", async () => {
  await using database = await createTestDatabase();
  const images = Array.from({ length: 80 }, (_, at) => ({
    label: at % 4 < 2 ? (1 as const) : (0 as const),
    probability: at % 4 < 2 ? 0.6 + at / 1000 : 0.2 + at / 1000,
    study: `study-${Math.floor(at / 2)}`,
    patient: `patient-${Math.floor(at / 4)}`,
  }));
  await seedStudies(database, images, { dataset: DATASET, model: "champion" });
  const policy = await createPolicy(database, {
    name: "studies",
    level: "study",
    thresholds: { pLow: 0.5, entropyMax: null, areaMax: null, alpha: 0.5 },
    pLowScale: "raw",
  });
  // Misses one view of study 0 and both of study 2.
  await seedScores(database, "challenger", (at, before) => (at === 0 || at === 4 || at === 5 ? 0.1 : before));
  const read = { stored: policy, policy: policy.policy };
  const { comparison, flipped } = await compareModels({ database, ...PAIR, championPolicy: read });
  expect(comparison).toMatchObject({
    level: "study",
    evidence: { units: 40, positives: 20, patients: 20, sensitivity: { gained: 0, lost: 1 } },
  });
  expect(flipped).toMatchObject([{ unit: "study-2", label: 1 }]);
});

test("refuses what cannot be compared", async () => {
  await using database = await createTestDatabase();
  await seedChampion(database);
  const code = (given: object) =>
    compareModels({ database, ...PAIR, ...given }).then(
      () => "none",
      (error: { code: string }) => error.code,
    );
  expect(await code({})).toBe("MODEL_NOT_FOUND");
  expect(await code({ challenger: "champion" })).toBe("BAD_ARGUMENT");
  await seedScores(database, "challenger", () => null);
  expect(await code({})).toBe("NO_PREDICTIONS");
  expect(await code({ filter: { splits: ["other"] } })).toBe("NO_PREDICTIONS");
  // The challenger has no policy in force, so neither has the pair when it is the champion.
  expect(await code({ champion: "challenger", challenger: "champion" })).toBe("POLICY_NOT_FOUND");
  const study = await createPolicy(database, {
    name: "studies",
    level: "study",
    thresholds: { pLow: 0.5, entropyMax: null, areaMax: null, alpha: 0.5 },
    pLowScale: "raw",
  });
  expect(await code({ challengerPolicy: { stored: study, policy: study.policy } })).toBe("BAD_ARGUMENT");
  expect(await listComparisons(database)).toEqual([]);
});
