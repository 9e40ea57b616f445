import { expect, test } from "vitest";
import type { Database } from "../../src/db/index.ts";
import { HairlineError } from "../../src/errors.ts";
import { cancelSweep, executeSweep, readResult, readSweepRow, requestSweep } from "../../src/sweeps/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { seedFacts } from "../readings/seed-facts.ts";

// Not of the rollup's grid, so that the predictions have to be read.
const GRID = { pLow: [0.205], entropyMax: [null], areaMax: [null], alpha: [0.5] };
const IMAGE = { label: 1, probability: 0.9, entropy: 1, degenerate: false, areas: [0.2] } as const;

/** Statements of the sweep that wait for the predictions. */
async function waitingStatements({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    "select count(*) as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  );
  return rows[0]?.count ?? 0;
}

/** Holds the predictions, so that no sweep can read them until it is released. */
async function holdPredictions(database: Database, modelId = 1): Promise<{ release(): Promise<void> }> {
  const client = await database.pool.connect();
  await client.query(`begin; lock table prediction_model_${modelId} in access exclusive mode`);
  return {
    async release() {
      await client.query("rollback");
      client.release();
    },
  };
}

async function untilReading(database: Database): Promise<void> {
  while ((await waitingStatements(database)) === 0);
}

test.for(["image", "study"] as const)(
  "stops a running sweep of each %s on the server when its row is cancelled",
  async (level) => {
    await using database = await createTestDatabase();
    await seedFacts(database, { alphas: [0.5], images: [IMAGE] });
    const spec = { dataset: "archive", grid: GRID, level };
    const { sweepId } = await requestSweep(database, spec);
    const held = await holdPredictions(database);
    const executing = executeSweep({ database, sweepId });
    await untilReading(database);
    expect(await cancelSweep(database, sweepId)).toBe(true);
    expect(await executing).toMatchObject({
      state: "cancelled",
      finishedAt: expect.any(Date),
      positives: null,
    });
    expect(await waitingStatements(database)).toBe(0);
    await held.release();
    await expect(readResult(database.pool, await readSweepRow(database.pool, sweepId))).rejects.toMatchObject(
      {
        code: "BAD_ARGUMENT",
      },
    );
    expect(await requestSweep(database, spec)).toMatchObject({ state: "queued" });
  },
);

test.for(["image", "study"] as const)(
  "stops a sweep of each %s with its signal's reason, to be executed again",
  async (level) => {
    await using database = await createTestDatabase();
    await seedFacts(database, { alphas: [0.5], images: [IMAGE] });
    const { sweepId } = await requestSweep(database, { dataset: "archive", grid: GRID, level });
    const held = await holdPredictions(database);
    const controller = new AbortController();
    const executing = executeSweep({ database, sweepId, signal: controller.signal });
    const reason = new HairlineError("INTERRUPTED", "The worker is stopping.");
    const ended = executing.catch((error: unknown) => error);
    await untilReading(database);
    controller.abort(reason);
    expect(await ended).toBe(reason);
    expect(await waitingStatements(database)).toBe(0);
    await held.release();
    expect((await readSweepRow(database.pool, sweepId)).state).toBe("running");
    expect((await executeSweep({ database, sweepId })).state).toBe("completed");
  },
);

test("does not begin a sweep that was cancelled while it waited", async () => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: [0.5], images: [IMAGE] });
  const { sweepId } = await requestSweep(database, { dataset: "archive", grid: GRID });
  expect(await cancelSweep(database, sweepId)).toBe(true);
  expect(await executeSweep({ database, sweepId })).toMatchObject({ state: "cancelled" });
});

test("stops when the sweep's dataset is deleted under it", async () => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: [0.5], images: [IMAGE] });
  const { sweepId } = await requestSweep(database, { dataset: "archive", grid: GRID });
  await database.pool.query("delete from dataset");
  await expect(executeSweep({ database, sweepId })).rejects.toMatchObject({ code: "SWEEP_NOT_FOUND" });
});
