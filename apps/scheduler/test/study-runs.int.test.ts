import { scoreShard } from "@hairline/core/jobs";
import { completeStudy, touchStudy } from "@hairline/core/study-timers";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../src/config.ts";
import { startScheduler } from "../src/scheduler.ts";
import { addImages, addPredictions, createDataset, createModel, finishShard } from "./archive.ts";
import { BACKENDS, openBackend, type Backend } from "./backend.ts";

const PATIENCE = { timeout: 60_000, interval: 50 };

function configOf({ database, connection }: Backend) {
  return loadConfig({
    DATABASE_URL: database.url,
    ...(connection.kind === "redis" ? { REDIS_URL: connection.url } : {}),
    HAIRLINE_COMPLETION_INTERVAL_MS: "50",
    HAIRLINE_TIMER_INTERVAL_MS: "50",
  });
}

describe.each(BACKENDS)("an uploaded study on %s", (kind) => {
  it(
    "is scored once complete, and again for just the view that came late",
    { timeout: 120_000 },
    async () => {
      await using backend = await openBackend(kind);
      const { database, queues, log } = backend;
      const modelId = await createModel(database);
      const { datasetId, imageIds } = await createDataset(database, 2);
      const { rows } = await database.pool.query<{ id: number }>("select id from study");
      const studyId = rows[0]?.id ?? 0;
      await touchStudy(database.pool, { studyId, modelId, quietMs: 3_600_000 });
      const schedulers = await Promise.all([
        startScheduler(configOf(backend), log),
        startScheduler(configOf(backend), log),
      ]);
      const scored: number[][] = [];
      queues.work(scoreShard, async (shard) => {
        const members = await database.pool.query<{ image_ids: number[] }>(
          "select image_ids from shard where run_id = $1 and ordinal = $2",
          [shard.runId, shard.ordinal],
        );
        const ids = members.rows[0]?.image_ids ?? [];
        await addPredictions(database, modelId, ids);
        await finishShard(database, shard);
        scored.push(ids);
      });
      const runs = async () =>
        (
          await database.pool.query<{ state: string; priority: string; study_id: number }>(
            "select state, priority, study_id from run order by created_at",
          )
        ).rows;
      const done = { state: "completed", priority: "urgent", study_id: studyId };

      await completeStudy(database.pool, { studyId, modelId });
      await expect.poll(runs, PATIENCE).toEqual([done]);
      expect(scored).toEqual([imageIds]);

      const late = await addImages(database, datasetId, 1);
      await touchStudy(database.pool, { studyId, modelId, quietMs: 0 });
      await expect.poll(runs, PATIENCE).toEqual([done, done]);
      expect(scored).toEqual([imageIds, late]);
      await Promise.all(schedulers.map((scheduler) => scheduler.close({ drainMs: 1_000 })));
    },
  );
});
