import { expect, test } from "vitest";
import { STUDY_RULES, studyOutcome, studyProbability } from "../../src/pooling/index.ts";
import { triageImages } from "../../src/readings/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { parsePolicy } from "../../src/triage/index.ts";
import { SEED_ALPHAS } from "../readings/arbitrary-facts.ts";
import { sampleStudies, studiesOf, viewsAt } from "./arbitrary-studies.ts";
import { ARCHIVE, seedArchive, type SeededView } from "./seed-archive.ts";

const NAMES = [ARCHIVE.dataset, ARCHIVE.model];

interface OutcomeRow {
  readonly object_key: string;
  readonly outcome: string;
  readonly reason: string;
}

test("image_outcome is the triage rule", async () => {
  await using database = await createTestDatabase();
  await seedArchive(
    database,
    sampleStudies({ complete: false, views: 400, studies: 120, seed: 6 }),
    SEED_ALPHAS,
  );
  for (const policy of [
    parsePolicy("p_low=0.22,entropy_max=2.6,area_max=0.25,alpha=0.5"),
    parsePolicy("p_low=0.7,entropy_max=none,area_max=0.3,alpha=0.3"),
    parsePolicy("p_low=0,entropy_max=1.5"),
  ]) {
    const { rows } = await database.pool.query<OutcomeRow>(
      `select object_key, outcome, reason
       from analyst.image_outcome($1, $2, $3::real, $4::real, $5::real, $6) join image on image.id = image_id
       order by object_key`,
      [...NAMES, Math.fround(policy.pLow), policy.entropyMax, policy.areaMax, policy.alpha],
    );
    const expected = [];
    for await (const { objectKey, outcome, reason } of triageImages({ database, ...ARCHIVE, policy })) {
      expected.push({ object_key: objectKey, outcome, reason });
    }
    expect(rows).toEqual(expected);
  }
});

test("study_outcome and study_fact are the study rules", async () => {
  await using database = await createTestDatabase();
  const views = sampleStudies({ complete: false, views: 300, studies: 90, seed: 12 });
  await seedArchive(database, views, SEED_ALPHAS);
  const policy = parsePolicy("p_low=0.22,entropy_max=2.6,area_max=0.25,alpha=0.5");
  for (const rule of STUDY_RULES) {
    const { rows } = await database.pool.query<{ key: string; outcome: string; probability: number }>(
      `select study_key as key, outcome, probability
       from analyst.study_outcome($1, $2, 0.22, 2.6, 0.25, 0.5, $3) join study on study.id = study_id order by key`,
      [...NAMES, rule],
    );
    expect(
      rows.map(({ probability, ...row }) => ({ ...row, probability: Math.fround(probability) })),
    ).toEqual(
      studiesOf(views).map((study) => ({
        key: study.key,
        outcome: studyOutcome(rule, viewsAt(study, 0.5), policy),
        probability: studyProbability(rule, viewsAt(study, 0.5)),
      })),
    );
  }
  const { rows } = await database.pool.query(
    "select distinct outcome from analyst.study_outcome($1, $2, 0.2, rule => 'median')",
    NAMES,
  );
  expect(rows).toEqual([{ outcome: null }]);
});

// The same flagged image at entropies 1, 2, 3 and unknown; areas 0.1, 0.2, 0.3 and unknown.
const FOUR: SeededView[] = [1, 2, 3, null].map((entropy) => ({
  label: 1,
  probability: 0.9,
  entropy,
  areas: [entropy === null ? null : entropy / 10],
  cam: [4, 3, 0, 0],
  patient: entropy === 1 ? null : "p",
}));

test("image_outcome has the inverted and the two-sided gate besides", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, [...FOUR, { label: 0, probability: 0.1 }]);
  const reasons = async (args: string): Promise<string[]> => {
    const { rows } = await database.pool.query<{ reason: string }>(
      `select reason from analyst.image_outcome($1, $2, 0.2, ${args}) order by image_id`,
      NAMES,
    );
    return rows.map(({ reason }) => reason);
  };
  expect(await reasons("entropy_min => 2")).toEqual([
    "entropy_below",
    "localised",
    "localised",
    "facts_missing",
    "below_p_low",
  ]);
  expect(await reasons("entropy_min => 2, entropy_max => 2.5")).toEqual([
    "entropy_below",
    "localised",
    "entropy_above",
    "facts_missing",
    "below_p_low",
  ]);
  expect(await reasons("area_min => 0.2")).toEqual([
    "area_below",
    "localised",
    "localised",
    "facts_missing",
    "below_p_low",
  ]);
  // No column holds alpha 0.7: above 2.8 lie two cells of four.
  expect(await reasons("area_max => 0.5, alpha => 0.7")).toEqual([
    ...Array.from({ length: 4 }, () => "localised"),
    "below_p_low",
  ]);
  expect(await reasons("area_max => 0.4, alpha => 0.7")).toEqual([
    ...Array.from({ length: 4 }, () => "area_above"),
    "below_p_low",
  ]);
});

test("numbers patients by their first study, and the unknown by their own", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, FOUR);
  const { rows } = await database.pool.query<{ study_id: number; patient_number: number }>(
    "select study_id, patient_number from analyst.image_fact order by image_id",
  );
  const second = rows[1]?.study_id;
  expect(rows.map(({ patient_number: number }) => number)).toEqual([
    rows[0]?.study_id,
    second,
    second,
    second,
  ]);
});

test("lists boxes one by one with the image's size", async () => {
  await using database = await createTestDatabase();
  await seedArchive(database, [
    {
      label: 1,
      probability: 0.9,
      boxes: [
        [0, 1, 2, 3.5],
        [4, 5, 6, 7],
      ],
      size: { width: 40, height: 20 },
    },
    { label: 0, probability: 0.9, boxes: [] },
  ]);
  const { rows } = await database.pool.query(
    "select box, x0, y0, x1, y1, image_width, image_height from analyst.image_box",
  );
  expect(rows).toEqual([
    { box: 1, x0: 0, y0: 1, x1: 2, y1: 3.5, image_width: 40, image_height: 20 },
    { box: 2, x0: 4, y0: 5, x1: 6, y1: 7, image_width: 40, image_height: 20 },
  ]);
});
