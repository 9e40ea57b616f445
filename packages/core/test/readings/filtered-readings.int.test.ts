import { expect, test } from "vitest";
import { measureReadings, readStudies, sweepStudies } from "../../src/analysis/index.ts";
import type { Database } from "../../src/db/index.ts";
import { exportFacts } from "../../src/exports/index.ts";
import { filterLiteral, type FactFilter } from "../../src/facts/index.ts";
import {
  certifyPolicy,
  choosePolicy,
  diffPolicies,
  fitStoredCalibrator,
  listCertificates,
} from "../../src/policies/index.ts";
import { triageDataset, triageImages } from "../../src/readings/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { seedStudies, times, type StudyImage } from "../policies/seed-studies.ts";

const RUN = "3f0c7a52-6a52-4f0b-9a3e-0d8a3c5d9f10";
const POLICY = { pLow: 0.5, entropyMax: null, areaMax: null, alpha: 0.5 };

/** Two views of a study, then two studies of one view; each image is known by its probability. */
const IMAGES: StudyImage[] = [
  { label: 1, probability: 0.6, study: "two", bodyPart: "wrist", split: "train" },
  { label: 1, probability: 0.7, study: "two", bodyPart: "wrist", split: "valid" },
  { label: 1, probability: 0.8, study: "three", bodyPart: "hand", split: "valid" },
  { label: 0, probability: 0.9, study: 'f"o,u{r}\\' },
];

const DESCRIBE = `
  update image set hardware = case object_key when 'image-000000.png' then true when 'image-000001.png' then false end,
                   imported_at = timestamptz '2026-01-01' + interval '1 day' * right(split_part(object_key, '.', 1), 1)::int;
  update image set object_key = e'it''s "quoted", {braced}\\\\.png' where object_key = 'image-000003.png';
  insert into run (id, dataset_id, model_id, shard_size) select '${RUN}', dataset.id, model.id, 1 from dataset, model;
  update prediction set run_id = '${RUN}' where probability > 0.75`;

async function seed(database: Database): Promise<readonly number[]> {
  await seedStudies(database, IMAGES);
  await database.pool.query(DESCRIBE);
  const { rows } = await database.pool.query<{ image_id: number }>(
    "select image_id from prediction order by probability",
  );
  return rows.map(({ image_id }) => image_id);
}

const day = (position: number): Date => new Date(Date.UTC(2026, 0, 1 + position));

/** The filter, the images that pass by their place, and the studies all of whose views do. */
const FILTERS: [string, (ids: readonly number[]) => FactFilter, number[], string[]][] = [
  ["nothing", () => ({}), [0, 1, 2, 3], ['f"o,u{r}\\', "three", "two"]],
  ["body parts", () => ({ bodyParts: ["wrist", 'el"bow'] }), [0, 1], ["two"]],
  ["splits", () => ({ splits: ["valid"] }), [1, 2], ["three", "two"]],
  ["hardware seen", () => ({ hardware: true }), [0], []],
  ["no hardware seen", () => ({ hardware: false }), [1], []],
  ["the first day", () => ({ importedFrom: day(1) }), [1, 2, 3], ['f"o,u{r}\\', "three"]],
  ["the day after the last", () => ({ importedBefore: day(2) }), [0, 1], ["two"]],
  ["ids", (ids) => ({ imageIds: [ids[3]!, ids[1]!, 99_999] }), [1, 3], ['f"o,u{r}\\']],
  [
    "object keys",
    () => ({ objectKeys: ["image-000002.png", 'it\'s "quoted", {braced}\\.png', "none"] }),
    [2, 3],
    ['f"o,u{r}\\', "three"],
  ],
  ["a run", () => ({ runId: RUN }), [2, 3], ['f"o,u{r}\\', "three"]],
  [
    "all of these",
    (ids) => ({ bodyParts: ["hand"], splits: ["valid"], imageIds: ids, runId: RUN, importedFrom: day(0) }),
    [2],
    ["three"],
  ],
];

test.for(FILTERS)(
  "reads what passes a filter by %s alike everywhere",
  async ([, filterOf, images, studies]) => {
    await using database = await createTestDatabase();
    const ids = await seed(database);
    const request = { database, dataset: "archive", filter: filterOf(ids), policy: POLICY };
    const expected = images.map((place) => IMAGES[place]?.probability);

    const triaged: number[] = [];
    for await (const { probability } of triageImages(request)) triaged.push(probability);
    expect(triaged.sort((a, b) => a - b)).toEqual(expected);
    expect((await triageDataset(request)).overall.images).toBe(images.length);
    expect((await measureReadings({ ...request, level: "image" })).overall.rows).toBe(images.length);
    let exported = 0;
    for await (const row of (await exportFacts(request)).rows) exported += row.length > 0 ? 1 : 0;
    expect(exported).toBe(images.length);
    await using diff = await diffPolicies({ ...request, first: POLICY, second: { ...POLICY, pLow: 1 } });
    const flips: string[] = [];
    for await (const { level, studyKey } of diff.flips()) if (level === "study") flips.push(studyKey);
    expect(flips.sort()).toEqual(studies);
  },
);

test.for(FILTERS.filter(([, , , studies]) => studies.length > 0))(
  "reads a study whole or not at all under a filter by %s",
  async ([, filterOf, , studies]) => {
    await using database = await createTestDatabase();
    const ids = await seed(database);
    const request = { database, dataset: "archive", filter: filterOf(ids) };
    const keys: string[] = [];
    for await (const { studyKey } of readStudies({ ...request, policy: POLICY })) keys.push(studyKey);
    expect(keys.sort()).toEqual(studies);
    const grid = { pLow: [0.5], entropyMax: [null], areaMax: [null], alpha: [0.5] };
    const { labelled } = await sweepStudies({ ...request, grid, rule: "max" });
    expect(labelled.positive + labelled.negative).toBe(studies.length);
  },
);

test("keeps what else was asked of the images that fit a calibrator, chose a policy and judged it", async () => {
  await using database = await createTestDatabase();
  const split = (name: string): StudyImage[] => [
    ...times(60, { label: 0, probability: 0.1, split: name }),
    ...times(50, { label: 1, probability: 0.9, split: name }),
    ...times(10, { label: 0, probability: 0.95, split: name }),
  ];
  await seedStudies(database, [...split("tune"), ...split("judge")]);
  await database.pool.query("update image set hardware = object_key like '%0.png'");
  const request = { database, dataset: "archive" };
  const filter = { splits: ["tune"], hardware: false };
  const calibrator = await fitStoredCalibrator({ ...request, filter, method: "platt", name: "platt" });
  expect(calibrator).toMatchObject({ images: 108, splits: ["tune"], conditions: { hardware: false } });
  const grid = { pLow: [0.2, 0.5], entropyMax: [null], areaMax: [null], alpha: [0.5] };
  const { policy, certificates } = await choosePolicy({
    ...request,
    name: "screening",
    tune: filter,
    certify: { splits: ["judge"], hardware: false },
    grid,
    claims: [{ metric: "npv", target: 0.9 }],
    objective: "coverage",
  });
  expect(policy.tuning).toMatchObject({ splits: ["tune"], conditions: { hardware: false } });
  expect(policy.tuning?.fingerprint).toBe(calibrator.fingerprint);
  expect(certificates).toMatchObject([{ units: 108, conditions: { hardware: false }, earlierTests: 0 }]);
  // The tuned-on images were those without hardware: the others of the split judge them, but the same may not.
  const judge = { ...request, policy, filter: { splits: ["tune"] } };
  await expect(certifyPolicy(judge)).rejects.toMatchObject({
    code: "SPLITS_OVERLAP",
    message: expect.stringContaining("without hardware"),
  });
  await certifyPolicy({ ...judge, filter: { splits: ["tune"], hardware: true } });
  await certifyPolicy({ ...judge, filter: { splits: ["judge"] } });
  const stored = await listCertificates(database);
  expect(stored.map(({ conditions, earlierTests }) => [conditions, earlierTests])).toEqual([
    [{}, 0],
    [{ hardware: true }, 0],
    [{ hardware: false }, 0],
  ]);
});

test("costs a plan no condition where the filter is empty, and an index scan where it lists images", async () => {
  await using database = await createTestDatabase();
  await seed(database);
  const plan = async (filter: FactFilter): Promise<string> => {
    const { rows } = await database.pool.query<{ "QUERY PLAN": string }>(
      `explain select from prediction
       join image on image.id = prediction.image_id join study on study.id = image.study_id
       where image_passes(image, study, prediction.run_id, $1::image_filter)
         and not exists (
           select from partly_taken_studies(1, 1, $1::image_filter) as part where part.study_id = image.study_id
         )`,
      [filterLiteral(filter)],
    );
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  };
  expect(await plan({})).not.toMatch(/Filter: \(\(\(|passes|hardware|coalesce/i);
  expect(await plan({ splits: ["valid"] })).toMatch(/COALESCE\(image.split, study.split\)/);
  await database.pool.query("set enable_seqscan = off");
  expect(await plan({ imageIds: [1, 2] })).toMatch(/Index Cond: \(id = ANY/);
});
