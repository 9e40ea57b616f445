import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Database } from "../../src/db/index.ts";
import { forecastRun, openRun } from "../../src/runs/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";

interface Scope {
  readonly datasetId: number;
  readonly modelId: number;
}

/** A dataset of twelve images, of which one is scored and one in quarantine. */
async function seed({ pool }: Database): Promise<Scope> {
  const { rows } = await pool.query<Scope>(
    `with dataset as (insert into dataset (name, root, layout) values ('d', '/archive', 'folder') returning id),
     study as (insert into study (dataset_id, study_key) select id, 's' from dataset returning id, dataset_id),
     image as (insert into image (dataset_id, study_id, object_key)
               select dataset_id, id, number || '.png' from study, generate_series(1, 12) as number),
     model as (insert into model (name, kind, alphas) values ('m', 'external', '{}') returning id)
     select dataset.id as "datasetId", model.id as "modelId" from dataset, model`,
  );
  const scope = rows[0] ?? { datasetId: 0, modelId: 0 };
  await pool.query(
    "insert into prediction (model_id, image_id, probability) select $1, min(id), 0.5 from image",
    [scope.modelId],
  );
  await pool.query(
    "insert into quarantine (model_id, image_id, code, message) select $1, max(id), 'IMAGE_EMPTY', '' from image",
    [scope.modelId],
  );
  return scope;
}

/** Shards of ten images, committed by a worker so many seconds after an hour ago. */
async function commitShards(
  database: Database,
  scope: Scope,
  commits: readonly (readonly [workerId: string, seconds: number])[],
): Promise<void> {
  const { runId } = await openRun({ database, ...scope });
  for (const [ordinal, [workerId, seconds]] of commits.entries()) {
    await database.pool.query(
      `insert into shard (run_id, ordinal, image_ids, scored, done_at, worker_id)
       values ($1, $2, '{1,2,3,4,5,6,7,8,9,10}', 10,
               date_trunc('hour', now()) - interval '1 hour' + $3::float8 * interval '1 second', $4)`,
      [runId, ordinal, seconds, workerId],
    );
  }
}

describe("forecastRun", () => {
  it("says that nothing was measured yet rather than guess", async () => {
    await using database = await createTestDatabase();
    const scope = await seed(database);
    expect(await forecastRun({ database, ...scope, workers: 2 })).toEqual({
      images: 10,
      quarantined: 1,
      rate: null,
      workers: 2,
      seconds: null,
      workerHours: null,
    });
    // One shard has no commit before it.
    await commitShards(database, scope, [[randomUUID(), 5]]);
    expect(await forecastRun({ database, ...scope, workers: 2 })).toMatchObject({ rate: null });
  });

  it("takes a worker's rate from its commits in a row, without the time a run was paused", async () => {
    await using database = await createTestDatabase();
    const scope = await seed(database);
    const [a, b] = [randomUUID(), randomUUID()];
    // Worker a: 5, 5 and, after a pause, 5 s a shard; worker b: 10 s. 25 s for 40 images: 1.6 images/s.
    await commitShards(database, scope, [
      [a, 5],
      [b, 6],
      [a, 10],
      [a, 15],
      [b, 16],
      [a, 2_000],
      [a, 2_005],
    ]);
    const forecast = await forecastRun({ database, ...scope, workers: 2, retryQuarantined: true });
    expect(forecast).toMatchObject({ images: 11, quarantined: 0, workers: 2 });
    expect(forecast.rate).toMatchObject({ shards: 4, engine: null });
    expect(forecast.rate?.imagesPerSecond).toBeCloseTo(1.6, 10);
    // 11 images / 1.6 = 6.875 worker-seconds, halved by two workers.
    expect(forecast.seconds).toBeCloseTo(3.4375, 10);
    expect(forecast.workerHours).toBeCloseTo(6.875 / 3600, 12);
  });

  it("leaves the time open while no worker runs", async () => {
    await using database = await createTestDatabase();
    const scope = await seed(database);
    const worker = randomUUID();
    await commitShards(database, scope, [
      [worker, 0],
      [worker, 5],
    ]);
    const forecast = await forecastRun({ database, ...scope });
    expect(forecast).toMatchObject({ workers: 0, seconds: null });
    expect(forecast.workerHours).toBeCloseTo(5 / 3600, 12);
  });
});
