import fc from "fast-check";
import { expect, test } from "vitest";
import { diffPolicies, type PolicyDiff, type PolicyFlip } from "../../src/policies/index.ts";
import { triageImages } from "../../src/readings/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { parsePolicy } from "../../src/triage/index.ts";
import { arbitraryImage, SEED_ALPHAS } from "../readings/arbitrary-facts.ts";
import { seedFacts } from "../readings/seed-facts.ts";
import { seedStudies } from "./seed-studies.ts";

const FIRST = parsePolicy("p_low=0.2,entropy_max=2");
const SECOND = parsePolicy("p_low=0.5,entropy_max=none");

async function flipsOf(diff: PolicyDiff): Promise<PolicyFlip[]> {
  const flips: PolicyFlip[] = [];
  for await (const flip of diff.flips()) flips.push(flip);
  return flips;
}

test("lists the images and studies that flip, both ways, with their labels", async () => {
  await using database = await createTestDatabase();
  await seedStudies(database, [
    { study: "s1", label: 1, probability: 0.3, bodyPart: "hand", split: "a" },
    { study: "s1", label: 0, probability: 0.9, bodyPart: "hand", split: "a" },
    { study: "s2", label: 0, probability: 0.9, entropy: 3, bodyPart: "wrist" },
    { study: "s2", label: null, probability: 0.1, bodyPart: "elbow" },
    { study: "s3", label: 0, probability: 0.1 },
  ]);
  await using diff = await diffPolicies({ database, dataset: "archive", first: FIRST, second: SECOND });
  expect(diff.scope).toMatchObject({ dataset: "archive", model: "scorer" });
  expect(diff.pairs).toEqual([
    {
      level: "image",
      first: "inconclusive",
      second: "positive",
      units: 1,
      positives: 0,
      negatives: 1,
      unlabelled: 0,
    },
    {
      level: "image",
      first: "negative",
      second: "negative",
      units: 2,
      positives: 0,
      negatives: 1,
      unlabelled: 1,
    },
    {
      level: "image",
      first: "positive",
      second: "negative",
      units: 1,
      positives: 1,
      negatives: 0,
      unlabelled: 0,
    },
    {
      level: "image",
      first: "positive",
      second: "positive",
      units: 1,
      positives: 0,
      negatives: 1,
      unlabelled: 0,
    },
    {
      level: "study",
      first: "inconclusive",
      second: "positive",
      units: 1,
      positives: 0,
      negatives: 1,
      unlabelled: 0,
    },
    {
      level: "study",
      first: "negative",
      second: "negative",
      units: 1,
      positives: 0,
      negatives: 1,
      unlabelled: 0,
    },
    {
      level: "study",
      first: "positive",
      second: "positive",
      units: 1,
      positives: 1,
      negatives: 0,
      unlabelled: 0,
    },
  ]);
  expect(await flipsOf(diff)).toEqual([
    {
      level: "image",
      key: "image-000000.png",
      studyKey: "s1",
      bodyPart: "hand",
      split: "a",
      label: 1,
      probability: 0.3,
      first: "positive",
      firstReason: "localised",
      second: "negative",
      secondReason: "below_p_low",
    },
    expect.objectContaining({ key: "image-000002.png", firstReason: "entropy_above", second: "positive" }),
    {
      level: "study",
      key: "s2",
      studyKey: "s2",
      bodyPart: null,
      split: null,
      label: 0,
      probability: null,
      first: "inconclusive",
      firstReason: null,
      second: "positive",
      secondReason: null,
    },
  ]);
});

test("agrees with two triages of the same facts", async () => {
  await using database = await createTestDatabase();
  const images = fc.sample(
    fc.boolean().chain((complete) => arbitraryImage({ complete })),
    { numRuns: 800, seed: 5 },
  );
  await seedFacts(database, { alphas: SEED_ALPHAS, images });
  const first = parsePolicy("p_low=0.2,entropy_max=2.6,area_max=0.25,alpha=0.4");
  const second = parsePolicy("p_low=0.22,entropy_max=3,area_max=0.2,alpha=0.6");
  const outcomes = new Map<string, string[]>();
  for (const policy of [first, second]) {
    for await (const { objectKey, outcome, reason } of triageImages({
      database,
      dataset: "archive",
      policy,
    })) {
      outcomes.set(objectKey, [...(outcomes.get(objectKey) ?? []), outcome, reason]);
    }
  }
  await using diff = await diffPolicies({ database, dataset: "archive", first, second });
  const flips = (await flipsOf(diff)).filter(({ level }) => level === "image");
  const expected = [...outcomes].filter(([, [a, , b]]) => a !== b);
  expect(
    flips.map((flip) => [flip.key, [flip.first, flip.firstReason, flip.second, flip.secondReason]]),
  ).toEqual(expected);
  expect(flips.length).toBeGreaterThan(20);
  const units = diff.pairs.filter(({ level }) => level === "image").map((pair) => pair.units);
  expect(units.reduce((sum, count) => sum + count, 0)).toBe(800);
});

test("finds no flip between a policy and itself, and says when nothing was scored", async () => {
  await using database = await createTestDatabase();
  await seedStudies(database, [{ label: 1, probability: 0.5, split: "a" }]);
  const request = { database, dataset: "archive", first: FIRST, second: FIRST };
  {
    await using diff = await diffPolicies(request);
    expect(await flipsOf(diff)).toEqual([]);
  }
  const empty = diffPolicies({ ...request, filter: { splits: ["b"] } });
  await expect(empty).rejects.toMatchObject({ code: "NO_PREDICTIONS" });
  const area = parsePolicy("p_low=0.2,entropy_max=2,area_max=0.3,alpha=0.7");
  await expect(diffPolicies({ ...request, second: area })).rejects.toMatchObject({ code: "FACTS_MISSING" });
  expect(database.pool.idleCount).toBe(database.pool.totalCount);
});
