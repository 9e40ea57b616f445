import { expect, test } from "vitest";
import {
  CALIBRATION_METHODS,
  calibratorFunction,
  type CalibrationMethod,
  type Calibrator,
} from "../../src/calibration/index.ts";
import type { Database } from "../../src/db/index.ts";
import {
  calibrationReport,
  findCalibrator,
  fitStoredCalibrator,
  listCalibrators,
} from "../../src/policies/index.ts";
import { createRandom } from "../../src/statistics/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { seedStudies, times, type StudyImage } from "./seed-studies.ts";

/** Over-confident scores: their logits are three times what they should be. */
function scores(count: number, seed: number): StudyImage[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const probability = (Math.floor(random.uniform() * 40) + 0.5) / 40;
    const odds = Math.cbrt(probability / (1 - probability));
    return { probability, label: random.uniform() < odds / (1 + odds) ? 1 : 0 } as const;
  });
}

function fit(database: Database, method: CalibrationMethod, split = "valid") {
  return fitStoredCalibrator({
    database,
    dataset: "archive",
    filter: { splits: [split] },
    method,
    name: method,
  });
}

const EDGES = [0, 2 ** -149, 1e-30, 2 ** -24, 0.22, 0.5, 1 - 2 ** -24, 1];

test.each<Calibrator>([
  { version: 1, method: "temperature", temperature: 0.004 },
  { version: 1, method: "temperature", temperature: 7 },
  { version: 1, method: "platt", slope: 1.7, intercept: -0.4 },
  { version: 1, method: "beta", a: 0.8, b: 2.5, c: 0.3 },
  { version: 1, method: "beta", a: 0, b: 2.5, c: -0.3 },
  { version: 1, method: "beta", a: 3, b: 0, c: 1 },
  {
    version: 1,
    method: "isotonic",
    probabilities: [Math.fround(0.1), Math.fround(0.22), Math.fround(0.3), 0.75],
    calibrated: [0, 0.05, 0.05, 1],
  },
])("calibrates in SQL as in TypeScript, to 1e-12: %j", async (calibrator) => {
  await using database = await createTestDatabase();
  const random = createRandom(1);
  const drawn = Array.from({ length: 500 }, () => Math.fround(random.uniform()));
  const probabilities = [...EDGES.map(Math.fround), Math.fround(0.1), Math.fround(0.3), 0.75, ...drawn];
  const { rows } = await database.pool.query<{ calibrated: number }>(
    "select calibrate(p, $2::jsonb) as calibrated from unnest($1::real[]) with ordinality as row(p, place) order by place",
    [probabilities, JSON.stringify(calibrator)],
  );
  const expected = probabilities.map(calibratorFunction(calibrator));
  rows.forEach(({ calibrated }, at) => {
    expect(Math.abs(calibrated - expected[at]!)).toBeLessThanOrEqual(1e-12);
  });
  expect(rows).toHaveLength(probabilities.length);
});

test.each(CALIBRATION_METHODS)("fits, stores and evaluates %s", async (method) => {
  await using database = await createTestDatabase();
  await seedStudies(database, [
    ...scores(600, 1).map((image) => ({ ...image, split: "valid" })),
    ...scores(600, 2).map((image) => ({ ...image, split: "test" })),
  ]);
  const stored = await fit(database, method);
  expect(stored).toMatchObject({
    name: method,
    version: 1,
    model: "scorer",
    dataset: "archive",
    splits: ["valid"],
    bodyParts: null,
    images: 600,
    calibrator: { method },
  });
  expect(stored.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(stored.metrics.after.nll).toBeLessThan(stored.metrics.before.nll ?? 0);
  const report = await calibrationReport({
    database,
    dataset: "archive",
    filter: { splits: ["test"] },
    calibrator: stored,
    bootstrap: { replicates: 200 },
  });
  expect(report).toMatchObject({ images: 600, clusters: 600, warning: null });
  expect(report.after?.ece.estimate).toBeLessThan(report.before.ece.estimate ?? 0);
  expect(report.after?.ece.lower).toBeLessThanOrEqual(report.after?.ece.upper ?? 0);
  expect(report.before.bins.reduce((total, bin) => total + bin.count, 0)).toBe(600);
});

test("warns when a calibrator is evaluated on the images it was fit on", async () => {
  await using database = await createTestDatabase();
  await seedStudies(
    database,
    scores(200, 1).map((image) => ({ ...image, split: "valid" })),
  );
  const calibrator = await fit(database, "platt");
  const report = await calibrationReport({
    database,
    dataset: "archive",
    calibrator,
    bootstrap: { replicates: 100 },
  });
  expect(report.warning).toMatch(
    /^platt@1 was fit on archive, split valid, which shares .* 200 studies of unnamed/,
  );
  expect(report.shared).toEqual({ patients: 0, studies: 200, files: 0, patientsUnknown: true });
});

test("counts versions up and finds the latest, or the one asked for", async () => {
  await using database = await createTestDatabase();
  await seedStudies(
    database,
    scores(200, 1).map((image) => ({ ...image, split: "valid" })),
  );
  const [first, second] = [await fit(database, "platt"), await fit(database, "platt")];
  expect(second).toMatchObject({ version: 2, fingerprint: first.fingerprint });
  expect(await findCalibrator(database, "platt")).toEqual(second);
  expect(await findCalibrator(database, "platt@1")).toEqual(first);
  expect(await listCalibrators(database)).toEqual([second, first]);
  await database.pool.query("update image set label = 1 - label where id = 1");
  expect((await fit(database, "platt")).fingerprint).not.toBe(first.fingerprint);
});

test("gives two fits at once two versions", async () => {
  await using database = await createTestDatabase();
  await seedStudies(
    database,
    scores(200, 1).map((image) => ({ ...image, split: "valid" })),
  );
  const fits = await Promise.all(["platt", "platt", "platt"].map(() => fit(database, "platt")));
  expect(fits.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
});

test.each([
  ["no label", times(5, { label: null, probability: 0.5, split: "valid" }), "CALIBRATION_UNDEFINED"],
  ["one class", times(5, { label: 1, probability: 0.5, split: "valid" }), "CALIBRATION_UNDEFINED"],
  ["an empty split", times(5, { label: 1, probability: 0.5, split: "test" }), "NO_PREDICTIONS"],
] as const)("refuses to fit on %s", async (_, images, code) => {
  await using database = await createTestDatabase();
  await seedStudies(database, images);
  await expect(fit(database, "platt")).rejects.toMatchObject({ code });
  expect(await listCalibrators(database)).toEqual([]);
});

test("reports no label as no figures, and one class without failing", async () => {
  await using database = await createTestDatabase();
  await seedStudies(database, [
    ...times(5, { label: null, probability: 0.5, split: "unlabelled" }),
    ...times(5, { label: 1, probability: 0.25, split: "positive" }),
  ]);
  const report = (split: string) =>
    calibrationReport({
      database,
      dataset: "archive",
      filter: { splits: [split] },
      bootstrap: { replicates: 50 },
    });
  expect(await report("unlabelled")).toMatchObject({
    images: 0,
    clusters: 0,
    before: { ece: { estimate: null, lower: null, upper: null }, brier: null, nll: null, bins: [] },
    after: null,
    shared: null,
  });
  // Each of 5 fractures at 1/4: the gap is 3/4, its square 9/16.
  expect(await report("positive")).toMatchObject({
    images: 5,
    positives: 5,
    before: { ece: { estimate: 0.75 }, brier: 0.5625 },
  });
  await expect(report("none")).rejects.toMatchObject({ code: "NO_PREDICTIONS" });
});

test("refuses another model's calibrator, an unknown one and a name with a version", async () => {
  await using database = await createTestDatabase();
  await seedStudies(
    database,
    scores(200, 1).map((image) => ({ ...image, split: "valid" })),
  );
  const calibrator = await fit(database, "platt");
  await seedStudies(database, scores(5, 1), { dataset: "other", model: "rival" });
  await expect(calibrationReport({ database, dataset: "other", calibrator })).rejects.toMatchObject({
    code: "BAD_ARGUMENT",
    field: "calibrator",
  });
  await expect(findCalibrator(database, "platt@9")).rejects.toMatchObject({ code: "CALIBRATOR_NOT_FOUND" });
  const request = { database, dataset: "archive", method: "platt", name: "a@1" } as const;
  await expect(fitStoredCalibrator(request)).rejects.toMatchObject({ code: "BAD_ARGUMENT", field: "name" });
});
