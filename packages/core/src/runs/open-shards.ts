import { loadSql, type Database } from "../db/index.ts";
import { scoreShard, type ScoreShard } from "../jobs/index.ts";
import type { Queues } from "../queue/index.ts";
import { RUN_PRIORITIES, type RunPriority } from "./priority.ts";

/** A shard of a running run that is not done. */
export interface OpenShard extends ScoreShard {
  /** Of its run. */
  readonly priority: RunPriority;
}

/** The shards to be scored now, of one run or of all, oldest run first; those of paused runs are not. */
export async function readOpenShards({ pool }: Database, runId?: string): Promise<OpenShard[]> {
  const { rows } = await pool.query<{ run_id: string; ordinal: number; priority: RunPriority }>(
    loadSql("open-shards"),
    [runId ?? null],
  );
  return rows.map(({ run_id, ordinal, priority }) => ({ runId: run_id, ordinal, priority }));
}

/** Queues one job for each; those queued or running already are left alone. @throws HairlineError QUEUE_UNAVAILABLE */
export async function enqueueShards(queues: Queues, shards: readonly OpenShard[]): Promise<void> {
  for (const priority of RUN_PRIORITIES) {
    const payloads = shards.filter((shard) => shard.priority === priority).map(payloadOf);
    await queues.enqueue(scoreShard, payloads, { priority });
  }
}

/** What a shard's job carries. */
export function payloadOf({ runId, ordinal }: OpenShard): ScoreShard {
  return { runId, ordinal };
}
