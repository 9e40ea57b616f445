import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Database } from "../../src/db/index.ts";
import { discardDeadLetters, listDeadLetters, requeueDeadLetters } from "../../src/dead-letters/index.ts";
import { HairlineError } from "../../src/errors.ts";
import { planRun, runImport, runTask, scoreShard } from "../../src/jobs/index.ts";
import { openQueues, type QueueConnection, type Queues } from "../../src/queue/index.ts";
import { createTestDatabase, startRedis } from "../../src/testing/index.ts";

const PATIENCE = { timeout: 60_000, interval: 50 };

async function openSite(kind: "postgres" | "redis") {
  const database = await createTestDatabase();
  const redis = kind === "redis" ? await startRedis() : undefined;
  const connection: QueueConnection =
    redis === undefined ? { kind: "postgres", url: database.url } : { kind: "redis", url: redis.url };
  const queues = await openQueues(connection);
  return {
    database,
    queues,
    async [Symbol.asyncDispose]() {
      await queues.close();
      await redis?.[Symbol.asyncDispose]();
      await database.close();
    },
  };
}

/** A failed run of no images. */
async function insertRun({ pool }: Database, state: string): Promise<string> {
  const runId = randomUUID();
  await pool.query(
    `with dataset as (insert into dataset (name, root, layout) values ($1, '/archive', 'folder') returning id),
     model as (insert into model (name, kind, alphas) values ($1, 'external', '{}') returning id)
     insert into run (id, dataset_id, model_id, shard_size, state, error_code, started_at)
     select $2, dataset.id, model.id, 1, $3, 'MODEL_DAMAGED', now() from dataset, model`,
    [`x-${runId}`, runId, state],
  );
  return runId;
}

async function giveUpShards(queues: Queues, shards: { runId: string; ordinal: number }[]): Promise<void> {
  const worker = queues.work(scoreShard, async () => {
    throw new HairlineError("MODEL_DAMAGED", "secret/key.png");
  });
  await queues.enqueue(scoreShard, shards);
  await expect.poll(async () => (await queues.counts(scoreShard)).failed, PATIENCE).toBe(shards.length);
  await worker.close();
}

describe.each(["postgres", "redis"] as const)("dead letters on %s", (kind) => {
  it("are listed with what they were about, and requeued with their whole run", async () => {
    await using site = await openSite(kind);
    const { database, queues } = site;
    const runId = await insertRun(database, "failed");
    const ended = await insertRun(database, "completed");
    await giveUpShards(queues, [
      { runId, ordinal: 0 },
      { runId, ordinal: 1 },
      { runId: ended, ordinal: 4 },
    ]);
    const letters = await listDeadLetters(queues);
    expect(letters).toHaveLength(3);
    expect(letters.find(({ jobId }) => jobId === `shard-${ended}-4`)).toEqual({
      queue: "score-shard",
      jobId: `shard-${ended}-4`,
      code: "MODEL_DAMAGED",
      attempts: 1,
      failedAt: expect.any(Date) as Date,
      work: { kind: "run", runId: ended, ordinal: 4 },
    });

    const { requeued, refused } = await requeueDeadLetters(site, [`shard-${runId}-0`]);
    expect(requeued.map(({ jobId }) => jobId).sort()).toEqual([`shard-${runId}-0`, `shard-${runId}-1`]);
    expect(refused).toEqual([]);
    const { rows } = await database.pool.query(
      "select state, error_code, finished_at from run where id = $1",
      [runId],
    );
    expect(rows).toEqual([{ state: "running", error_code: null, finished_at: null }]);
    // The planner queues what the run still owes.
    expect((await queues.counts(planRun)).waiting).toBe(1);

    expect((await requeueDeadLetters(site)).refused.map(({ jobId }) => jobId)).toEqual([`shard-${ended}-4`]);
    await expect(requeueDeadLetters(site, ["no-such-job"])).rejects.toMatchObject({
      code: "DEAD_LETTER_NOT_FOUND",
    });
    expect(await discardDeadLetters(queues)).toHaveLength(1);
    expect(await listDeadLetters(queues)).toEqual([]);
  });

  it("of a firing are tried again as the firing", async () => {
    await using site = await openSite(kind);
    const { database, queues } = site;
    const dueAt = new Date("2026-01-01T03:15:00Z");
    await database.pool.query(
      `insert into schedule_firing (schedule, due_at, task, payload, state, error_code, finished_at)
       values ('retention', $1, 'retention', '{}', 'failed', 'TASK_UNKNOWN', now())`,
      [dueAt],
    );
    const worker = queues.work(runTask, async () => {
      throw new HairlineError("TASK_UNKNOWN", "none");
    });
    await queues.enqueue(runTask, [{ schedule: "retention", dueAtMs: dueAt.getTime() }]);
    await expect.poll(async () => (await queues.counts(runTask)).failed, PATIENCE).toBe(1);
    await worker.close();

    expect((await requeueDeadLetters(site)).requeued).toMatchObject([
      { work: { kind: "firing", schedule: "retention", dueAtMs: dueAt.getTime() } },
    ]);
    expect(await queues.counts(runTask)).toMatchObject({ waiting: 1, failed: 0 });
    const { rows } = await database.pool.query("select state, error_code from schedule_firing");
    expect(rows).toEqual([{ state: "queued", error_code: null }]);
  });

  it("of an import are tried again as the import", async () => {
    await using site = await openSite(kind);
    const { database, queues } = site;
    const importRequestId = randomUUID();
    await database.pool.query(
      `insert into import_request (id, path, requested_by, state, error_code, finished_at)
       values ($1, '/archive', 'test', 'failed', 'ARCHIVE_NOT_FOUND', now())`,
      [importRequestId],
    );
    const worker = queues.work(runImport, async () => {
      throw new HairlineError("ARCHIVE_NOT_FOUND", "gone");
    });
    await queues.enqueue(runImport, [{ importRequestId }]);
    await expect.poll(async () => (await queues.counts(runImport)).failed, PATIENCE).toBe(1);
    await worker.close();

    expect((await requeueDeadLetters(site)).requeued).toMatchObject([
      { queue: "import-archive", work: { kind: "import", importRequestId } },
    ]);
    expect(await queues.counts(runImport)).toMatchObject({ waiting: 1, failed: 0 });
    const { rows } = await database.pool.query("select state, error_code, finished_at from import_request");
    expect(rows).toEqual([{ state: "queued", error_code: null, finished_at: null }]);
  });
});
