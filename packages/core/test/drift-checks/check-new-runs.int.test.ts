import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { Database } from "../../src/db/index.ts";
import { checkNewRuns, DRIFT_SETTINGS, listDriftChecks } from "../../src/drift-checks/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { ARCHIVE, seedArchive } from "../analysis/seed-archive.ts";

const SIGNAL = new AbortController().signal;
const SETTINGS = DRIFT_SETTINGS.parse({
  dataset: ARCHIVE.dataset,
  reference: { splits: ["before"] },
  leastImages: 40,
});

/** Splits `before`, `same` and `other` of 80 images each; the probabilities of `other` are higher by 0.5. */
async function seed(database: Database): Promise<void> {
  await seedArchive(
    database,
    ["before", "same", "other"].flatMap((split) =>
      Array.from({ length: 80 }, (_, at) => ({
        label: null,
        split,
        bodyPart: "hand",
        probability: (at % 40) / 100 + (split === "other" ? 0.5 : 0),
      })),
    ),
  );
}

/** A completed run that wrote the predictions of a split. */
async function ran({ pool }: Database, split: string, planned = 80): Promise<string> {
  const runId = randomUUID();
  await pool.query(
    `insert into run (id, dataset_id, model_id, state, shard_size, planned, started_at, finished_at)
     select $1, dataset.id, model.id, 'completed', 256, $2, now(), clock_timestamp() from dataset, model`,
    [runId, planned],
  );
  await pool.query(
    "update prediction set run_id = $1 where image_id in (select id from image where split = $2)",
    [runId, split],
  );
  return runId;
}

test("checks each run once, and leaves out small ones and those whose predictions are gone", async () => {
  await using database = await createTestDatabase();
  await seed(database);
  await ran(database, "same");
  const steady = await ran(database, "same");
  const drifted = await ran(database, "other");
  await ran(database, "none", 39);
  expect(await checkNewRuns(database, SETTINGS, SIGNAL)).toEqual({
    checked: 2,
    alarms: 1,
    expired: 0,
    gone: 1,
  });
  const checks = await listDriftChecks(database, { limit: 9 });
  expect(checks.map(({ current, alarm, author }) => [current.filter.runId, alarm, author])).toEqual([
    [steady, false, "schedule"],
    [drifted, true, "schedule"],
  ]);
  expect(await checkNewRuns(database, SETTINGS, SIGNAL)).toMatchObject({ checked: 0, gone: 1 });
});

test("stops between runs when told to", async () => {
  await using database = await createTestDatabase();
  await seed(database);
  await ran(database, "same");
  const stopped = AbortSignal.abort(new Error("stopped"));
  await expect(checkNewRuns(database, SETTINGS, stopped)).rejects.toThrow("stopped");
  expect(await listDriftChecks(database, { limit: 9 })).toEqual([]);
});

test("refuses a certificate that does not exist", async () => {
  await using database = await createTestDatabase();
  await seed(database);
  const settings = { ...SETTINGS, reference: { certificate: 9 } };
  await expect(checkNewRuns(database, settings, SIGNAL)).rejects.toMatchObject({
    code: "CERTIFICATE_NOT_FOUND",
  });
});
