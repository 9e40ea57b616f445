import { loadSql, type Database } from "../db/index.ts";
import type { WorkerRole, WorkerState } from "./worker.ts";

/** A worker as it said of itself at its last heartbeat. */
export interface WorkerReport {
  readonly id: string;
  readonly state: WorkerState;
  readonly role: WorkerRole;
  readonly host: string;
  readonly pid: number;
  readonly hairlineVersion: string;
  /** Null, as all of the plan and the rate, for a process that does not score. */
  readonly engine: string | null;
  readonly engineVersion: string | null;
  readonly device: string | null;
  readonly cores: number | null;
  readonly decodeThreads: number | null;
  readonly engines: number | null;
  readonly threadsPerEngine: number | null;
  readonly batchSize: number | null;
  /** Images its network has read since it started. */
  readonly images: number;
  /** Over its last heartbeat interval; null unless it is running and has measured one. */
  readonly imagesPerSecond: number | null;
  /** Run and place of the oldest shard it holds; null when it waits for work or is not running. */
  readonly runId: string | null;
  readonly shardOrdinal: number | null;
  readonly startedAt: Date;
  readonly seenAt: Date;
  readonly stoppedAt: Date | null;
}

interface WorkerColumns {
  id: string;
  state: WorkerState;
  role: WorkerRole;
  host: string;
  pid: number;
  hairline_version: string;
  engine: string | null;
  engine_version: string | null;
  device: string | null;
  cores: number | null;
  decode_threads: number | null;
  engines: number | null;
  threads_per_engine: number | null;
  batch_size: number | null;
  images: number;
  images_per_second: number | null;
  run_id: string | null;
  shard_ordinal: number | null;
  started_at: Date;
  seen_at: Date;
  stopped_at: Date | null;
}

/** Workers of the last week: running ones first, then lost ones, then, when asked for, those that stopped. */
export async function listWorkers(
  { pool }: Database,
  { withStopped = false }: { readonly withStopped?: boolean } = {},
): Promise<WorkerReport[]> {
  const { rows } = await pool.query<WorkerColumns>(loadSql("list-workers"), [withStopped]);
  return rows.map((row) => ({
    id: row.id,
    state: row.state,
    role: row.role,
    host: row.host,
    pid: row.pid,
    hairlineVersion: row.hairline_version,
    engine: row.engine,
    engineVersion: row.engine_version,
    device: row.device,
    cores: row.cores,
    decodeThreads: row.decode_threads,
    engines: row.engines,
    threadsPerEngine: row.threads_per_engine,
    batchSize: row.batch_size,
    images: row.images,
    imagesPerSecond: row.images_per_second,
    runId: row.run_id,
    shardOrdinal: row.shard_ordinal,
    startedAt: row.started_at,
    seenAt: row.seen_at,
    stoppedAt: row.stopped_at,
  }));
}

export interface RunWorkers {
  /** Running workers that hold a shard of the run. */
  readonly workers: number;
  /** All of them together; null where none has measured a rate yet. */
  readonly imagesPerSecond: number | null;
}

/** Who scores a run at this moment, wherever they are. */
export async function readRunWorkers({ pool }: Database, runId: string): Promise<RunWorkers> {
  const { rows } = await pool.query<{ workers: number; images_per_second: number | null }>(
    loadSql("run-workers"),
    [runId],
  );
  return { workers: rows[0]?.workers ?? 0, imagesPerSecond: rows[0]?.images_per_second ?? null };
}
