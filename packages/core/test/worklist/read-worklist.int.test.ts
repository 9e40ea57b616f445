import { expect, test } from "vitest";
import type { Database } from "../../src/db/index.ts";
import { addVerdict } from "../../src/reviews/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { parsePolicy } from "../../src/triage/index.ts";
import { readWorklist } from "../../src/worklist/index.ts";
import { ARCHIVE, seedArchive, type SeededView } from "../analysis/seed-archive.ts";

const POLICY = parsePolicy("p_low=0.4,entropy_max=2");
const view = (study: string, probability: number, entropy: number | null, bodyPart = "hand"): SeededView => ({
  study,
  label: null,
  probability,
  entropy,
  bodyPart,
});

/**
 * sure: negative, 0.3 / 0.4 = 0.75 from p_low. near: its nearer view is 0.02 / 0.4 = 0.05 from it. wide: inconclusive, 1 / 2
 * above entropy_max. mixed: inconclusive by its second view, 0.5 / 2. flat: no CAM, so by p: 0.06 / 0.6 above. found:
 * positive while either view is: 0.5 / 0.6 by p and 0.2 / 2 by entropy, the nearer; the other 0.1 / 2; the larger is 0.1.
 */
const VIEWS: SeededView[] = [
  view("sure", 0.1, 1),
  view("near", 0.1, 1),
  view("near", 0.38, 1),
  view("wide", 0.9, 3),
  view("mixed", 0.2, 1),
  view("mixed", 0.8, 2.5, "hand"),
  { ...view("flat", 0.46, null, "hip"), degenerate: true },
  view("found", 0.9, 1.8),
  view("found", 0.9, 1.9),
  { ...view("labelled", 0.5, 3), label: 1 },
  view("reviewed", 0.5, 3),
];

async function review(database: Database, studyKey: string): Promise<void> {
  const { rows } = await database.pool.query<{ id: number }>("select id from study where study_key = $1", [
    studyKey,
  ]);
  await addVerdict(database, { studyId: rows[0]?.id ?? 0, verdict: 1, reviewer: "ann" });
}

async function embed(database: Database, degrees: Readonly<Record<string, number>>): Promise<void> {
  for (const [study, angle] of Object.entries(degrees)) {
    const radians = (angle * Math.PI) / 180;
    const bytes = Buffer.from(Float32Array.of(Math.cos(radians), Math.sin(radians)).buffer);
    await database.pool.query(
      `insert into prediction_embedding (model_id, image_id, embedding)
       select prediction.model_id, image.id, $2 from prediction join image on image.id = image_id
       join study on study.id = study_id where study_key = $1`,
      [study, bytes],
    );
  }
}

test("lists studies that nobody has labelled or read, the inconclusive first, body parts in turns", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, VIEWS);
  await review(database, "reviewed");
  const worklist = await readWorklist({ database, ...ARCHIVE, policy: POLICY, limit: 10 });
  expect(
    worklist.studies.map(({ studyKey, outcome, threshold, distance }) => [
      studyKey,
      outcome,
      threshold,
      Number(distance.toFixed(3)),
    ]),
  ).toEqual([
    ["flat", "inconclusive", "p_low", 0.1],
    ["mixed", "inconclusive", "entropy_max", 0.25],
    ["wide", "inconclusive", "entropy_max", 0.5],
    ["near", "negative", "p_low", 0.05],
    ["found", "positive", "entropy_max", 0.1],
    ["sure", "negative", "p_low", 0.75],
  ]);
  expect(worklist).toMatchObject({
    waiting: 6,
    waitingInconclusive: 3,
    diversity: "body-part",
    lookedAt: 6,
    embedded: 0,
  });
  expect(worklist.studies[1]).toMatchObject({ views: 2, bodyPart: "hand", split: null });
});

test("keeps embeddings apart where every study has one, and says so", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, VIEWS);
  await review(database, "reviewed");
  const degrees = { flat: 0, mixed: 5, wide: 120, near: 10, found: 240, sure: 3 };
  await embed(database, degrees);
  const read = (limit: number) => readWorklist({ database, ...ARCHIVE, policy: POLICY, limit });
  const keys = async (limit: number) => (await read(limit)).studies.map(({ studyKey }) => studyKey);
  // flat first; wide is 120 away, mixed 5. Of the decided, found is 120 from both; near is then 5 from mixed.
  expect(await keys(2)).toEqual(["flat", "wide"]);
  expect(await keys(5)).toEqual(["flat", "wide", "mixed", "found", "near"]);
  expect(await read(5)).toMatchObject({ diversity: "embedding", embedded: 6 });
  await database.pool.query(
    "delete from prediction_embedding where image_id = (select max(image_id) from prediction_embedding)",
  );
  // `found` still has its other view's.
  expect(await read(5)).toMatchObject({ diversity: "embedding", embedded: 6 });
  await database.pool.query(
    "delete from prediction_embedding where image_id = (select max(image_id) from prediction_embedding)",
  );
  expect(await read(5)).toMatchObject({ diversity: "body-part", embedded: 5 });
});

test("takes a filter, and is empty where every study is labelled", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, VIEWS);
  const hips = await readWorklist({
    database,
    ...ARCHIVE,
    policy: POLICY,
    limit: 5,
    filter: { bodyParts: ["hip"] },
  });
  expect(hips.studies.map(({ studyKey }) => studyKey)).toEqual(["flat"]);
  await database.pool.query("update image set label = 0");
  expect(await readWorklist({ database, ...ARCHIVE, policy: POLICY, limit: 5 })).toMatchObject({
    studies: [],
    waiting: 0,
    waitingInconclusive: 0,
  });
});

test("counts a threshold at the end of the range as out of reach", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, [view("a", 0, 1), view("b", 1, 1)]);
  const policy = parsePolicy("p_low=0,entropy_max=none");
  const { studies } = await readWorklist({ database, ...ARCHIVE, policy, limit: 5 });
  expect(studies.map(({ studyKey, distance }) => [studyKey, distance])).toEqual([
    ["a", 0],
    ["b", 1],
  ]);
});

test.each([
  ["no study", { limit: 0 }, "BAD_ARGUMENT"],
  ["too many", { limit: 1001 }, "BAD_ARGUMENT"],
  [
    "an area it has none of",
    { policy: parsePolicy("p_low=0.4,entropy_max=none,area_max=0.2,alpha=0.9"), limit: 5 },
    "FACTS_MISSING",
  ],
])("refuses to list %s", async (_, options, code) => {
  await using database = await createTestDatabase();
  await seedArchive(database, [view("a", 0.5, 1)]);
  const call = () => readWorklist({ database, ...ARCHIVE, policy: POLICY, ...options });
  await expect(call()).rejects.toMatchObject({ code });
});
