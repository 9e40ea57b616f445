import { randomUUID } from "node:crypto";
import type { Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";
import { runSweep } from "@hairline/core/jobs";
import { cancelSweep, readSweepRow, requestSweep } from "@hairline/core/sweeps";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../src/config.ts";
import { reconcile } from "../src/reconcile.ts";
import { startScheduler } from "../src/scheduler.ts";
import { addPredictions, createDataset, createModel } from "./archive.ts";
import { BACKENDS, openBackend, type Backend } from "./backend.ts";

const GRID = { pLow: [0.2, 0.505], entropyMax: [null], areaMax: [null], alpha: [0.5] };

/** A dataset of six fractures, all scored 0.5. @returns its name */
async function scoredDataset(database: Database): Promise<string> {
  const { datasetId, imageIds } = await createDataset(database, 6);
  await addPredictions(database, await createModel(database), imageIds);
  await database.pool.query("update image set label = 1");
  const { rows } = await database.pool.query<{ name: string }>("select name from dataset where id = $1", [
    datasetId,
  ]);
  return rows[0]?.name ?? "";
}

function configOf({ database, connection }: Backend) {
  return loadConfig({
    DATABASE_URL: database.url,
    ...(connection.kind === "redis" ? { REDIS_URL: connection.url } : {}),
    HAIRLINE_RECONCILE_INTERVAL_MS: "100",
    HAIRLINE_ROLLUP_INTERVAL_MS: "100",
  });
}

describe.each(BACKENDS)("sweeps on %s", (kind) => {
  it("are evaluated once queued, and again when the queue was wiped", async () => {
    await using backend = await openBackend(kind);
    const { database, queues, log } = backend;
    const dataset = await scoredDataset(database);
    const scheduler = await startScheduler(configOf(backend), log);
    const first = await requestSweep(database, { dataset, grid: GRID });
    await queues.enqueue(runSweep, [{ sweepId: first.sweepId }]);
    const state = async ({ sweepId }: { sweepId: string }) =>
      (await readSweepRow(database.pool, sweepId)).state;
    await expect.poll(() => state(first), { timeout: 120_000 }).toBe("completed");
    // Never queued: the scheduler finds it in the database.
    const second = await requestSweep(database, { dataset, grid: GRID }, { fresh: true });
    await expect.poll(() => state(second), { timeout: 120_000 }).toBe("completed");
    await scheduler.close({ drainMs: 1_000 });
    const { rows } = await database.pool.query(
      "select tp, inconclusive, fn from sweep_point where sweep_id = $1 order by ordinal",
      [second.sweepId],
    );
    expect(rows).toEqual([
      { tp: 6, inconclusive: 0, fn: 0 },
      { tp: 0, inconclusive: 0, fn: 6 },
    ]);
  });

  it("fail with the code of the job that was given up", async () => {
    await using backend = await openBackend(kind);
    const { database, queues } = backend;
    const { sweepId } = await requestSweep(database, { dataset: await scoredDataset(database), grid: GRID });
    await new Promise<void>((resolve, reject) => {
      queues.work(
        runSweep,
        async () => {
          throw new HairlineError("FACTS_MISSING", "no facts");
        },
        { onFailure: () => resolve() },
      );
      queues.enqueue(runSweep, [{ sweepId }]).catch(reject);
    });
    await reconcile(backend);
    expect(await readSweepRow(database.pool, sweepId)).toMatchObject({
      state: "failed",
      errorCode: "FACTS_MISSING",
    });
  });

  it("are not queued when they have ended", async () => {
    await using backend = await openBackend(kind);
    const { database, queues } = backend;
    const { sweepId } = await requestSweep(database, { dataset: await scoredDataset(database), grid: GRID });
    await cancelSweep(database, sweepId);
    await reconcile(backend);
    expect(await queues.counts(runSweep)).toMatchObject({ waiting: 0, active: 0 });
  });
});

describe("a scheduler", () => {
  it("adds the changes of predictions to the rollup", async () => {
    await using backend = await openBackend("postgres");
    const { database, log } = backend;
    const scheduler = await startScheduler(configOf(backend), log);
    await scoredDataset(database);
    const changes = async () => (await database.pool.query("select from fact_change")).rowCount;
    await expect.poll(changes, { timeout: 120_000 }).toBe(0);
    expect((await database.pool.query("select from rollup_cells")).rowCount).toBe(1);
    await scheduler.close({ drainMs: 1_000 });
  });

  it("leaves a job of a sweep that is gone as failed", async () => {
    await using backend = await openBackend("postgres");
    const { database, queues, log } = backend;
    const scheduler = await startScheduler(configOf(backend), log);
    await queues.enqueue(runSweep, [{ sweepId: randomUUID() }]);
    await expect
      .poll(async () => (await queues.failures(runSweep)).map(({ code }) => code), { timeout: 120_000 })
      .toEqual(["SWEEP_NOT_FOUND"]);
    expect((await database.pool.query("select from sweep")).rowCount).toBe(0);
    await scheduler.close({ drainMs: 1_000 });
  });
});
