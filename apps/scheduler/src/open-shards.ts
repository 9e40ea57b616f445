import { loadSql, type Database } from "@hairline/core/db";
import { scoreShard, type ScoreShard } from "@hairline/core/jobs";
import type { Queues } from "@hairline/core/queue";

/** The shards of running runs that are not done, of one run or of all, oldest run first. */
export async function readOpenShards({ pool }: Database, runId?: string): Promise<ScoreShard[]> {
  const { rows } = await pool.query<{ run_id: string; ordinal: number }>(loadSql("open-shards"), [
    runId ?? null,
  ]);
  return rows.map(({ run_id, ordinal }) => ({ runId: run_id, ordinal }));
}

/** Queues one job for each; those queued or running already are left alone. */
export async function enqueueShards(queues: Queues, shards: readonly ScoreShard[]): Promise<void> {
  await queues.enqueue(scoreShard, shards);
}
