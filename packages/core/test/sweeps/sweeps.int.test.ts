import fc from "fast-check";
import { expect, test } from "vitest";
import { sweepStudies } from "../../src/analysis/index.ts";
import type { Database } from "../../src/db/index.ts";
import { HairlineError } from "../../src/errors.ts";
import { fitStoredCalibrator, rawGrid } from "../../src/policies/index.ts";
import { sweep, sweepRow, type SweepResult } from "../../src/readings/index.ts";
import { confusionMetrics } from "../../src/selective/index.ts";
import {
  cancelSweep,
  executeSweep,
  failSweep,
  listSweeps,
  readResult,
  readSweepRow,
  requestSweep,
  type SweepSpec,
} from "../../src/sweeps/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { arbitraryImage, SEED_ALPHAS } from "../readings/arbitrary-facts.ts";
import { seedFacts } from "../readings/seed-facts.ts";

const IMAGES = fc.sample(arbitraryImage({ complete: true }), { numRuns: 120, seed: 83 });
const GRID = { pLow: [0.22, 0.5, 0.1], entropyMax: [null, 2], areaMax: [0.3, null], alpha: [0.5, 0.3, 0.7] };
const SPEC: SweepSpec = { dataset: "archive", grid: GRID };

async function seeded(): Promise<Database> {
  const database = await createTestDatabase();
  await seedFacts(database, { alphas: SEED_ALPHAS, images: IMAGES });
  return database;
}

async function evaluated(database: Database, spec: SweepSpec): Promise<SweepResult> {
  const { sweepId } = await requestSweep(database, spec);
  const stored = await executeSweep({ database, sweepId });
  expect(stored.state).toBe("completed");
  return readResult(database.pool, stored);
}

test("stores what the sweep returns", async () => {
  await using database = await seeded();
  const {
    source: _source,
    factsVersion,
    ...expected
  } = await sweep({ database, dataset: "archive", grid: GRID });
  const { sweepId, state } = await requestSweep(database, SPEC);
  expect(state).toBe("queued");
  const stored = await executeSweep({ database, sweepId });
  expect(await readResult(database.pool, stored)).toEqual(expected);
  expect(stored).toMatchObject({
    state: "completed",
    source: "rollup",
    factsVersion,
    errorCode: null,
    level: "image",
  });
  expect((await listSweeps(database.pool)).map((each) => each.sweepId)).toEqual([sweepId]);
});

test("shows every config in the view, with the metrics of core and null where they are undefined", async () => {
  await using database = await seeded();
  const grid = { ...GRID, pLow: [0, 0.22, 1] };
  const result = await evaluated(database, { ...SPEC, grid });
  const { rows } = await database.pool.query<Record<string, number | null>>(
    "select * from sweep_point order by ordinal",
  );
  expect(rows).toHaveLength(result.configs);
  const expected = rows.map((_, index) => {
    const { policy, counts, metrics } = sweepRow(result, index);
    return {
      ordinal: index + 1,
      p_low: policy.pLow,
      entropy_max: policy.entropyMax,
      area_max: policy.areaMax,
      alpha: policy.alpha,
      labelled: result.labelled.positive + result.labelled.negative,
      ...counts,
      coverage: metrics.coverage,
      accuracy: metrics.accuracy,
      precision: metrics.precision,
      recall: metrics.recall,
      f1: metrics.f1,
      overall_accuracy: metrics.overallAccuracy,
      specificity: confusionMetrics(counts).specificity,
      npv: confusionMetrics(counts).npv,
      kappa: confusionMetrics(counts).kappa,
      sensitivity: (result.labelled.positive - counts.fn) / result.labelled.positive,
    };
  });
  expect(rows.map(({ sweep_id: _id, ...row }) => row)).toEqual(expected);
  expect(rows.some(({ precision }) => precision === null)).toBe(false);
  await database.pool.query("delete from prediction where label = 1");
  await evaluated(database, { ...SPEC, grid: { ...grid, pLow: [1] } });
  const { rows: undefinedRows } = await database.pool.query(
    "select from sweep_point where recall is null and precision is null and f1 is null and coverage is not null",
  );
  expect(undefinedRows.length).toBeGreaterThan(0);
});

test("answers the same question about the same facts from the stored row", async () => {
  await using database = await seeded();
  const { sweepId } = await requestSweep(database, SPEC);
  expect(await requestSweep(database, SPEC)).toEqual({ sweepId, state: "queued" });
  await executeSweep({ database, sweepId });
  const filter = { bodyParts: [], splits: ["valid", "train", "valid"] };
  const filtered = await requestSweep(database, { ...SPEC, filter });
  const reordered = { splits: ["train", "valid"], bodyParts: [] };
  expect(await requestSweep(database, { ...SPEC, filter: reordered })).toEqual(filtered);
  expect(await requestSweep(database, { ...SPEC, model: "scorer", level: "image" })).toEqual({
    sweepId,
    state: "completed",
  });
});

test.for<[string, Partial<SweepSpec>]>([
  ["grid", { grid: { ...GRID, pLow: [0.22, 0.1, 0.5] } }],
  ["filter", { filter: { splits: ["valid"] } }],
  ["level", { level: "study" }],
  ["label source", { labelSource: "study" }],
])("asks anew with another %s", async ([, change]) => {
  await using database = await seeded();
  const { sweepId } = await requestSweep(database, SPEC);
  await executeSweep({ database, sweepId });
  expect(await requestSweep(database, { ...SPEC, ...change })).toMatchObject({ state: "queued" });
});

test("asks anew when facts or labels changed, when told to, and after a failure", async () => {
  await using database = await seeded();
  const first = await requestSweep(database, SPEC);
  await executeSweep({ database, sweepId: first.sweepId });
  const fresh = await requestSweep(database, SPEC, { fresh: true });
  expect(fresh.sweepId).not.toBe(first.sweepId);
  await failSweep(database, fresh.sweepId, new HairlineError("FACTS_MISSING", "none"));
  expect(await readSweepRow(database.pool, fresh.sweepId)).toMatchObject({
    state: "failed",
    errorCode: "FACTS_MISSING",
  });
  await database.pool.query(
    "update image set label = 1 - label where id = (select min(id) from image where label = 1)",
  );
  const again = await requestSweep(database, SPEC);
  expect(again.state).toBe("queued");
  expect([first.sweepId, fresh.sweepId]).not.toContain(again.sweepId);
});

test("sweeps studies by the rule asked for, with their labels", async () => {
  await using database = await seeded();
  await database.pool.query("update study set label = 1 - label");
  for (const studyRule of ["views", "mean"] as const) {
    const spec = { ...SPEC, level: "study", studyRule } as const;
    const request = { database, dataset: "archive", grid: GRID, rule: studyRule };
    const { factsVersion: _version, ...expected } = await sweepStudies(request);
    expect(await evaluated(database, spec)).toEqual(expected);
  }
});

test("refuses studies with the labels of images", async () => {
  await using database = await seeded();
  const spec = { ...SPEC, level: "study", labelSource: "image" } as const;
  await expect(requestSweep(database, spec)).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
});

test("takes p_low on a calibrator's scale, and keeps it as it was asked", async () => {
  await using database = await seeded();
  const images = [0.1, 0.2, 0.3, 0.6, 0.4, 0.7, 0.8, 0.9].map((probability, index) => ({
    probability,
    entropy: 1,
    degenerate: false,
    areas: [0.1],
    label: index < 4 ? (0 as const) : (1 as const),
  }));
  await seedFacts(database, { dataset: "fit", model: "fitted", alphas: [0.5], images });
  const stored = await fitStoredCalibrator({
    database,
    dataset: "fit",
    model: "fitted",
    method: "platt",
    name: "c",
  });
  const grid = { pLow: [0.3, 0.5], entropyMax: [null], areaMax: [null], alpha: [0.5] };
  const request = { database, dataset: "fit", model: "fitted" };
  const raw = await sweep({ ...request, grid: rawGrid(grid, stored.calibrator) });
  const result = await evaluated(database, { dataset: "fit", model: "fitted", grid, calibrator: "c" });
  expect(result.counts).toEqual(raw.counts);
  expect(result.grid).toEqual(grid);
  await expect(requestSweep(database, { ...SPEC, model: "scorer", calibrator: "c" })).rejects.toMatchObject({
    code: "BAD_ARGUMENT",
  });
});

test("leaves a sweep that has ended alone", async () => {
  await using database = await seeded();
  const { sweepId } = await requestSweep(database, SPEC);
  const completed = await executeSweep({ database, sweepId });
  expect(await executeSweep({ database, sweepId })).toEqual(completed);
  expect(await cancelSweep(database, sweepId)).toBe(false);
  await failSweep(database, sweepId, new Error("late"));
  expect(await readSweepRow(database.pool, sweepId)).toEqual(completed);
});

test("gives one row when two execute it at once, and executes one that a dead executor left", async () => {
  await using database = await seeded();
  const { sweepId } = await requestSweep(database, SPEC);
  await database.pool.query("update sweep set state = 'running', started_at = now()");
  const ended = await Promise.all([executeSweep({ database, sweepId }), executeSweep({ database, sweepId })]);
  expect(ended.map(({ state }) => state)).toEqual(["completed", "completed"]);
  expect((await readResult(database.pool, ended[0])).configs).toBe(36);
});

test("fails with what the facts lack, leaving the row to whoever decides on another try", async () => {
  await using database = await createTestDatabase();
  await seedFacts(database, {
    alphas: [],
    images: [{ label: 1, probability: 0.9, entropy: null, degenerate: false, areas: [] }],
  });
  const { sweepId } = await requestSweep(database, SPEC);
  await expect(executeSweep({ database, sweepId })).rejects.toMatchObject({ code: "FACTS_MISSING" });
  expect((await readSweepRow(database.pool, sweepId)).state).toBe("running");
});

test.for(["none", "00000000-0000-0000-0000-000000000000"])("knows no sweep %s", async (sweepId) => {
  await using database = await createTestDatabase();
  await expect(readSweepRow(database.pool, sweepId)).rejects.toMatchObject({ code: "SWEEP_NOT_FOUND" });
  await expect(cancelSweep(database, sweepId)).rejects.toMatchObject({ code: "SWEEP_NOT_FOUND" });
});
