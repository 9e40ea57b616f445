import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Database } from "../../src/db/index.ts";
import { planRun, scoreShard } from "../../src/jobs/index.ts";
import { openQueues, type Queues } from "../../src/queue/index.ts";
import {
  cancelRun,
  openRun,
  parsePriority,
  pauseRun,
  readOpenShards,
  readRunProgress,
  requireBalancedLedger,
  resumeRun,
  retryQuarantined,
  setRunPriority,
} from "../../src/runs/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";

interface Site extends AsyncDisposable {
  readonly database: Database;
  readonly queues: Queues;
  readonly runId: string;
  readonly imageIds: number[];
}

/** A running run of nine images in three shards; of the first one, an image is in quarantine. */
async function openSite(): Promise<Site> {
  const database = await createTestDatabase();
  const queues = await openQueues({ kind: "postgres", url: database.url });
  const { rows } = await database.pool.query<{ dataset_id: number; image_ids: number[] }>(
    `with dataset as (insert into dataset (name, root, layout) values ('d', '/archive', 'folder') returning id),
     study as (insert into study (dataset_id, study_key) select id, 's' from dataset returning id, dataset_id),
     image as (
       insert into image (dataset_id, study_id, object_key)
       select dataset_id, id, number || '.png' from study, generate_series(1, 9) as number
       returning id, dataset_id)
     select dataset_id, array_agg(id order by id) as image_ids from image group by dataset_id`,
  );
  const model = await database.pool.query<{ id: number }>(
    "insert into model (name, kind, alphas) values ('m', 'external', '{}') returning id",
  );
  const { dataset_id: datasetId = 0, image_ids: imageIds = [] } = rows[0] ?? {};
  const { runId } = await openRun({ database, datasetId, modelId: model.rows[0]?.id ?? 0, shardSize: 3 });
  await database.pool.query("update run set state = 'running', planned = 9, started_at = now()");
  for (const ordinal of [0, 1, 2]) {
    await database.pool.query("insert into shard (run_id, ordinal, image_ids) values ($1, $2, $3)", [
      runId,
      ordinal,
      imageIds.slice(3 * ordinal, 3 * ordinal + 3),
    ]);
  }
  await database.pool.query(
    "update shard set scored = 2, quarantined = 1, done_at = now() where ordinal = 0",
  );
  await database.pool.query(
    `insert into quarantine (model_id, image_id, run_id, code, message) select model_id, $2, id, 'IMAGE_EMPTY', ''
     from run where id = $1`,
    [runId, imageIds[2]],
  );
  return {
    database,
    queues,
    runId,
    imageIds,
    async [Symbol.asyncDispose]() {
      await queues.close();
      await database.close();
    },
  };
}

describe("pauseRun and resumeRun", () => {
  it("take the open shards away and give them back, once each however often they are called", async () => {
    await using site = await openSite();
    const { database, queues, runId } = site;
    expect((await readOpenShards(database, runId)).map(({ ordinal }) => ordinal)).toEqual([1, 2]);
    const paused = await pauseRun(database, runId);
    expect(paused).toMatchObject({ state: "running", pausedAt: expect.any(Date) as Date });
    expect((await pauseRun(database, runId)).pausedAt).toEqual(paused.pausedAt);
    expect(await readOpenShards(database)).toEqual([]);

    expect(await resumeRun({ database, queues }, runId)).toMatchObject({ pausedAt: null });
    await resumeRun({ database, queues }, runId);
    expect(await readOpenShards(database)).toHaveLength(2);
    // The planner queues what is left of the run.
    expect((await queues.counts(planRun)).waiting).toBe(1);
  });
});

describe("cancelRun", () => {
  it("keeps what was scored and counts the rest as not scored", async () => {
    await using site = await openSite();
    const { database, runId } = site;
    const cancelled = await cancelRun(database, runId);
    // Nine planned: two scored and one quarantined by the shard that is done, six in the two open ones.
    expect(cancelled).toMatchObject({
      state: "cancelled",
      planned: 9,
      scored: 2,
      quarantined: 1,
      notScored: 6,
      finishedAt: expect.any(Date) as Date,
    });
    requireBalancedLedger(cancelled);
    expect(await readOpenShards(database)).toEqual([]);
    expect(await cancelRun(database, runId)).toEqual(cancelled);
  });

  it("ends a run that is not planned yet with nothing owed", async () => {
    await using site = await openSite();
    const { database, runId } = site;
    await database.pool.query("delete from shard");
    await database.pool.query("update run set state = 'planning', planned = 0, paused_at = now()");
    const cancelled = await cancelRun(database, runId);
    expect(cancelled).toMatchObject({ state: "cancelled", planned: 0, notScored: 0, pausedAt: null });
  });

  it("waits for a commit under way, and counts it", async () => {
    await using site = await openSite();
    const { database, runId } = site;
    const commit = await database.pool.connect();
    await commit.query("begin");
    await commit.query("select from run where id = $1 for share", [runId]);
    await commit.query("update shard set scored = 3, done_at = now() where ordinal = 1");
    const letCommit = async () => {
      await expect.poll(() => waitingForLocks(database), { timeout: 60_000 }).toBe(1);
      await commit.query("commit");
    };
    const [cancelled] = await Promise.all([cancelRun(database, runId), letCommit()]);
    commit.release();
    expect(cancelled).toMatchObject({ scored: 5, quarantined: 1, notScored: 3 });
  });
});

async function waitingForLocks({ pool }: Database): Promise<number | undefined> {
  const { rows } = await pool.query<{ waiting: number }>(
    `select count(*)::int as waiting from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]?.waiting;
}

describe("setRunPriority", () => {
  it("moves the shards that wait before those of other runs", async () => {
    await using site = await openSite();
    const { database, queues, runId } = site;
    const other = { runId: randomUUID(), ordinal: 7 };
    await queues.enqueue(scoreShard, [other, { runId, ordinal: 1 }, { runId, ordinal: 2 }]);
    expect(await setRunPriority({ database, queues }, runId, "urgent")).toMatchObject({ priority: "urgent" });

    const order: number[] = [];
    queues.work(scoreShard, async ({ ordinal }) => {
      order.push(ordinal);
    });
    await expect.poll(() => order, { timeout: 60_000 }).toEqual([1, 2, 7]);
  });

  it("names the priorities there are", () => {
    expect(parsePriority("off-peak")).toBe("off-peak");
    expect(() => parsePriority("high")).toThrow(
      expect.objectContaining({
        code: "BAD_ARGUMENT",
        remedy: expect.stringContaining("urgent, normal, off-peak") as string,
      }) as Error,
    );
  });
});

describe("retryQuarantined", () => {
  it("opens a run of the images the run put into quarantine, beside the run", async () => {
    await using site = await openSite();
    const { database, queues, runId, imageIds } = site;
    const retry = await retryQuarantined({ database, queues }, runId);
    expect(retry).toMatchObject({ images: 1 });
    const { rows } = await database.pool.query(
      "select image_ids, retry_quarantined, state from run where id = $1",
      [retry?.runId],
    );
    expect(rows).toEqual([{ image_ids: [imageIds[2]], retry_quarantined: true, state: "planning" }]);
    expect((await queues.counts(planRun)).waiting).toBe(1);
  });

  it("opens none when another run has scored them since", async () => {
    await using site = await openSite();
    const { database, queues, runId, imageIds } = site;
    await database.pool.query(
      "insert into prediction (model_id, image_id, probability) select model_id, $1, 0.5 from run",
      [imageIds[2]],
    );
    expect(await retryQuarantined({ database, queues }, runId)).toBeUndefined();
    expect((await database.pool.query("select from run")).rowCount).toBe(1);
  });
});

describe("a run that has ended", () => {
  it.each(["completed", "failed"])("cannot be steered when it is %s", async (state) => {
    await using site = await openSite();
    const { database, queues, runId } = site;
    await database.pool.query("update run set state = $1", [state]);
    const steps = [
      () => pauseRun(database, runId),
      () => resumeRun({ database, queues }, runId),
      () => cancelRun(database, runId),
      () => setRunPriority({ database, queues }, runId, "urgent"),
    ];
    for (const step of steps) await expect(step()).rejects.toMatchObject({ code: "RUN_ENDED" });
    expect(await readRunProgress(database, runId)).toMatchObject({ state, pausedAt: null, notScored: 0 });
  });

  it("is not found under an unknown id", async () => {
    await using site = await openSite();
    const { database, queues } = site;
    const steps = [
      () => pauseRun(database, randomUUID()),
      () => cancelRun(database, randomUUID()),
      () => retryQuarantined({ database, queues }, randomUUID()),
    ];
    for (const step of steps) await expect(step()).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  });
});
