import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Database } from "../../src/db/index.ts";
import {
  countQuarantine,
  openRun,
  readDatasetLedger,
  readRunProgress,
  requireBalancedLedger,
} from "../../src/runs/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { seedFacts } from "../readings/seed-facts.ts";

async function seededScope() {
  const database = await createTestDatabase();
  const facts = { probability: 0.5, entropy: 1, degenerate: false, areas: [0.2] };
  await seedFacts(database, {
    alphas: [0.5],
    images: [
      { ...facts, label: 1 },
      { ...facts, label: 0 },
    ],
  });
  const { rows } = await database.pool.query<{ dataset_id: number; model_id: number }>(
    "select dataset.id as dataset_id, model.id as model_id from dataset, model",
  );
  const row = rows[0];
  if (row === undefined) throw new Error("the seed wrote no dataset");
  return { database, scope: { datasetId: row.dataset_id, modelId: row.model_id } };
}

describe("openRun", () => {
  it("joins the unfinished run of the same dataset and model, however many ask at once", async () => {
    const { database, scope } = await seededScope();
    await using _ = database;
    const opened = await Promise.all(Array.from({ length: 8 }, () => openRun({ database, ...scope })));
    expect(new Set(opened.map(({ runId }) => runId)).size).toBe(1);
    expect(opened.filter(({ resumed }) => !resumed)).toHaveLength(1);
  });

  it("opens a new run once the last one ended", async () => {
    const { database, scope } = await seededScope();
    await using _ = database;
    const first = await openRun({ database, ...scope });
    await database.pool.query("update run set state = 'completed'");
    const second = await openRun({ database, ...scope, shardSize: 2, embeddings: true });
    expect(second).toMatchObject({ resumed: false });
    expect(second.runId).not.toBe(first.runId);
  });
});

describe("readRunProgress", () => {
  it("adds up the shards of the run", async () => {
    const { database, scope } = await seededScope();
    await using _ = database;
    const { runId } = await openRun({ database, ...scope });
    await database.pool.query("update run set planned = 5, state = 'running' where id = $1", [runId]);
    await database.pool.query(
      `insert into shard (run_id, ordinal, image_ids, scored, quarantined, done_at)
       values ($1, 0, '{1,2,3}', 2, 1, now()), ($1, 1, '{4,5}', 0, 0, null)`,
      [runId],
    );
    const progress = await readRunProgress(database, runId);
    expect(progress).toMatchObject({ planned: 5, scored: 2, quarantined: 1, shards: 2, shardsDone: 1 });
    expect(() => requireBalancedLedger(progress)).toThrow(
      expect.objectContaining({ code: "LEDGER_UNBALANCED" }) as Error,
    );
    requireBalancedLedger({ ...progress, planned: 3 });
  });

  it("names the id of a run that does not exist", async () => {
    await using database = await createTestDatabase();
    const runId = randomUUID();
    await expect(readRunProgress(database, runId)).rejects.toMatchObject({
      code: "RUN_NOT_FOUND",
      message: expect.stringContaining(runId) as string,
    });
  });
});

describe("countQuarantine", () => {
  it("counts by code, most frequent first, with the first object key as the example", async () => {
    const { database, scope } = await seededScope();
    await using _ = database;
    expect(await countQuarantine(database, scope)).toEqual([]);
    await database.pool.query(
      `insert into image (dataset_id, study_id, object_key)
       select $1, (select min(id) from study), key from unnest(array['b.png', 'a.png', 'c.png']) as key`,
      [scope.datasetId],
    );
    await database.pool.query(
      `insert into quarantine (model_id, image_id, code, message)
       select $1, id, case object_key when 'c.png' then 'IMAGE_EMPTY' else 'IMAGE_TRUNCATED' end, ''
       from image where object_key in ('a.png', 'b.png', 'c.png')`,
      [scope.modelId],
    );
    expect(await countQuarantine(database, scope)).toEqual([
      { code: "IMAGE_TRUNCATED", images: 2, example: "a.png", firstImageId: await idOf(database, "b.png") },
      { code: "IMAGE_EMPTY", images: 1, example: "c.png", firstImageId: await idOf(database, "c.png") },
    ]);
  });
});

describe("readDatasetLedger", () => {
  it("puts every image in one place, also one that was scored after it had been quarantined", async () => {
    const { database, scope } = await seededScope();
    await using _ = database;
    expect(await readDatasetLedger(database, scope)).toEqual({
      images: 2,
      scored: 2,
      quarantined: 0,
      waiting: 0,
    });
    await database.pool.query(
      `insert into image (dataset_id, study_id, object_key)
       select $1, (select min(id) from study), key from unnest(array['x.png', 'y.png', 'z.png']) as key`,
      [scope.datasetId],
    );
    await database.pool.query(
      `insert into quarantine (model_id, image_id, code, message)
       select $1, id, 'IMAGE_EMPTY', '' from image where object_key not in ('y.png', 'z.png') order by id limit 2 offset 1`,
      [scope.modelId],
    );
    // Quarantined: the second seeded image, which has a prediction, and x.png, which has none.
    expect(await readDatasetLedger(database, scope)).toEqual({
      images: 5,
      scored: 2,
      quarantined: 1,
      waiting: 2,
    });
  });

  it("is all zero for a dataset without images", async () => {
    await using database = await createTestDatabase();
    expect(await readDatasetLedger(database, { datasetId: 1, modelId: 1 })).toEqual({
      images: 0,
      scored: 0,
      quarantined: 0,
      waiting: 0,
    });
  });
});

async function idOf(database: Database, objectKey: string): Promise<number | undefined> {
  const { rows } = await database.pool.query<{ id: number }>("select id from image where object_key = $1", [
    objectKey,
  ]);
  return rows[0]?.id;
}
