import { describe, expect, it } from "vitest";
import type { Database } from "../../src/db/index.ts";
import { completeStudy, startDueStudies, touchStudy } from "../../src/study-timers/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";

interface Site {
  readonly studyId: number;
  readonly modelId: number;
}

async function seed(database: Database): Promise<Site> {
  const { rows } = await database.pool.query<Site>(
    `with dataset as (insert into dataset (name, root, layout) values ('uploads', '/u', 'upload') returning id),
     study as (insert into study (dataset_id, study_key) select id, 's' from dataset returning id),
     model as (insert into model (name, kind, alphas) values ('m', 'external', '{}') returning id)
     select study.id as "studyId", model.id as "modelId" from study, model`,
  );
  return rows[0] ?? { studyId: 0, modelId: 0 };
}

async function addView({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ id: number }>(
    `insert into image (dataset_id, study_id, object_key)
     select dataset_id, id, gen_random_uuid()::text from study returning id`,
  );
  return rows[0]?.id ?? 0;
}

async function scopes({ pool }: Database): Promise<number[][]> {
  const { rows } = await pool.query<{ image_ids: number[] }>(
    "select image_ids from run order by created_at, id",
  );
  return rows.map(({ image_ids }) => image_ids);
}

describe("an uploaded study", () => {
  it("waits for its quiet period, which every view starts anew", async () => {
    await using database = await createTestDatabase();
    const site = await seed(database);
    await addView(database);
    const first = await touchStudy(database.pool, { ...site, quietMs: 60_000 });
    const second = await touchStudy(database.pool, { ...site, quietMs: 60_000 });
    expect(second.getTime()).toBeGreaterThan(first.getTime());
    expect(await startDueStudies(database)).toEqual([]);
    await touchStudy(database.pool, { ...site, quietMs: 0 });
    expect(await startDueStudies(database)).toMatchObject([{ studyId: site.studyId, priority: "urgent" }]);
  });

  it("is due as soon as the views expected are there", async () => {
    await using database = await createTestDatabase();
    const site = await seed(database);
    const views = [await addView(database)];
    await touchStudy(database.pool, { ...site, expectedViews: 2 });
    expect(await startDueStudies(database)).toEqual([]);
    views.push(await addView(database));
    await touchStudy(database.pool, { ...site, expectedViews: 2 });
    expect(await startDueStudies(database)).toHaveLength(1);
    expect(await scopes(database)).toEqual([views]);
  });

  it("gets one run, however many schedulers look and however often it is completed", async () => {
    await using database = await createTestDatabase();
    const site = await seed(database);
    await addView(database);
    await completeStudy(database.pool, site);
    await completeStudy(database.pool, { ...site, priority: "normal" });
    const opened = await Promise.all(Array.from({ length: 8 }, () => startDueStudies(database)));
    expect(opened.flat()).toMatchObject([{ priority: "normal" }]);
    expect(await startDueStudies(database)).toEqual([]);
  });

  it("stays due while its run is under way, and then owes only the view that came late", async () => {
    await using database = await createTestDatabase();
    const site = await seed(database);
    const first = await addView(database);
    await completeStudy(database.pool, site);
    await startDueStudies(database);
    const late = await addView(database);
    await completeStudy(database.pool, site);
    expect(await startDueStudies(database)).toEqual([]);

    await database.pool.query(
      "insert into prediction (model_id, image_id, probability) values ($1, $2, 0.5)",
      [site.modelId, first],
    );
    await database.pool.query("update run set state = 'completed'");
    expect(await startDueStudies(database)).toHaveLength(1);
    expect(await scopes(database)).toEqual([[first], [late]]);
  });

  it("owes nothing when every view has its facts or its reason", async () => {
    await using database = await createTestDatabase();
    const site = await seed(database);
    const view = await addView(database);
    await database.pool.query(
      "insert into quarantine (model_id, image_id, code, message) values ($1, $2, 'IMAGE_EMPTY', '')",
      [site.modelId, view],
    );
    await completeStudy(database.pool, site);
    expect(await startDueStudies(database)).toEqual([]);
    const { rows } = await database.pool.query("select due_at, run_id from study_timer");
    expect(rows).toEqual([{ due_at: null, run_id: null }]);
  });

  it.each([
    { change: { studyId: 999 }, code: "STUDY_NOT_FOUND" },
    { change: { modelId: 999 }, code: "STUDY_NOT_FOUND" },
    { change: { quietMs: -1 }, code: "BAD_ARGUMENT" },
    { change: { quietMs: 86_400_001 }, code: "BAD_ARGUMENT" },
    { change: { expectedViews: 0 }, code: "BAD_ARGUMENT" },
  ])("is not touched with $change", async ({ change, code }) => {
    await using database = await createTestDatabase();
    const site = await seed(database);
    await expect(touchStudy(database.pool, { ...site, ...change })).rejects.toMatchObject({ code });
  });
});
