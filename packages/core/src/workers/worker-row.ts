import { hostname } from "node:os";
import type { Database } from "../db/index.ts";
import { VERSION } from "../version.ts";
import type { WorkerActivity, WorkerRegistration } from "./worker.ts";

/** Rows of workers that nobody asks about any more. */
const KEPT = "7 days";

export interface WorkerRow extends WorkerRegistration {
  readonly id: string;
  readonly heartbeatMs: number;
}

/** Adds the worker's row, once however often it is called, and deletes those of workers not seen for a week. */
export async function insertWorker({ pool }: Database, row: WorkerRow): Promise<void> {
  await pool.query("delete from worker where seen_at < now() - $1::interval", [KEPT]);
  const { engine } = row;
  await pool.query(
    `insert into worker (id, role, host, pid, hairline_version, heartbeat_ms, engine, engine_version, device,
       cores, decode_threads, engines, threads_per_engine)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict (id) do nothing`,
    [
      row.id,
      row.role,
      hostname(),
      process.pid,
      VERSION,
      row.heartbeatMs,
      engine?.engine,
      engine?.engineVersion,
      engine?.device,
      engine?.threads.cores,
      engine?.threads.decodeThreads,
      engine?.threads.engines,
      engine?.threads.threadsPerEngine,
    ],
  );
}

export interface WorkerBeat {
  readonly id: string;
  readonly activity: WorkerActivity | undefined;
  readonly imagesPerSecond: number | null;
}

/** @returns false when the worker has no row, as after it was deleted */
export async function updateWorker({ pool }: Database, beat: WorkerBeat): Promise<boolean> {
  const { id, activity, imagesPerSecond } = beat;
  const { rowCount } = await pool.query(
    `update worker
     set seen_at = now(), images = coalesce($2::bigint, images), images_per_second = $3::float8,
         batch_size = $4::int, run_id = $5::uuid, shard_ordinal = $6::int
     where id = $1::uuid`,
    [
      id,
      activity?.images,
      imagesPerSecond,
      activity?.batchSize,
      activity?.shard?.runId,
      activity?.shard?.ordinal,
    ],
  );
  return rowCount === 1;
}

/** Marks the end; the images of its last interval are counted. */
export async function stopWorker(
  { pool }: Database,
  beat: Pick<WorkerBeat, "id" | "activity">,
): Promise<void> {
  await pool.query(
    `update worker
     set seen_at = now(), stopped_at = now(), images = coalesce($2::bigint, images), images_per_second = null,
         run_id = null, shard_ordinal = null
     where id = $1::uuid`,
    [beat.id, beat.activity?.images],
  );
}
