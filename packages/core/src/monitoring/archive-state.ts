import type pg from "pg";
import { inTransaction, loadSql, type Database } from "../db/index.ts";

/** A reading must not weigh on what it watches. */
const STATEMENT_TIMEOUT_MS = 5_000;

export interface WorkersState {
  readonly role: string;
  readonly state: string;
  readonly workers: number;
  /** Of running ones together; null where none has measured a rate. */
  readonly imagesPerSecond: number | null;
}

export interface PolicyInForce {
  readonly model: string;
  readonly policy: string;
  /** Of the youngest certificate in force, on the dataset where it is oldest; null where there is none. */
  readonly certificateAgeSeconds: number | null;
}

export interface ScheduleState {
  readonly schedule: string;
  /** Null before the first success. */
  readonly lastSuccessAt: Date | null;
  /** The firing that ended last did so without success. */
  readonly failed: boolean;
  /** Seconds since it should have fired; 0 when it is not due or switched off. */
  readonly overdueSeconds: number;
}

/** What the database says of the whole installation. Names are those of models, policies and schedules only. */
export interface ArchiveState {
  /** By state, and `paused` for open runs that are; only states there are. */
  readonly runs: readonly { readonly state: string; readonly runs: number }[];
  /** Shards of open runs that are not paused, and the images in them. */
  readonly openShards: number;
  readonly openImages: number;
  /** Null before the first shard. */
  readonly lastShardAt: Date | null;
  readonly quarantine: readonly { readonly code: string; readonly images: number }[];
  readonly workers: readonly WorkersState[];
  readonly policies: readonly PolicyInForce[];
  readonly schedules: readonly ScheduleState[];
  /** Of models that were checked for drift: datasets whose last check was an alarm. */
  readonly drift: readonly { readonly model: string; readonly datasets: number }[];
  readonly databaseBytes: number;
}

/** One consistent reading, in a transaction that cannot write. Takes at most five seconds a statement. */
export function readArchiveState({ pool }: Database): Promise<ArchiveState> {
  return inTransaction(pool, async (client) => {
    await client.query("set transaction isolation level repeatable read, read only");
    await client.query("select set_config('statement_timeout', $1, true)", [String(STATEMENT_TIMEOUT_MS)]);
    const [work] = await rowsOf<WorkRow>(client, "open-work");
    return {
      runs: await rowsOf(client, "runs-by-state"),
      openShards: work?.shards ?? 0,
      openImages: work?.images ?? 0,
      lastShardAt: work?.last_done_at ?? null,
      databaseBytes: work?.database_bytes ?? 0,
      quarantine: await rowsOf(client, "quarantine-codes"),
      workers: (await rowsOf<WorkersRow>(client, "workers-by-state")).map(
        ({ images_per_second, ...counted }) => ({ ...counted, imagesPerSecond: images_per_second }),
      ),
      policies: (await rowsOf<PolicyRow>(client, "certificate-ages")).map(({ age_seconds, ...named }) => ({
        ...named,
        certificateAgeSeconds: age_seconds,
      })),
      drift: await rowsOf(client, "drift-alarms"),
      schedules: (await rowsOf<ScheduleRow>(client, "schedule-states")).map(
        ({ last_success_at, overdue_seconds, ...rest }) => ({
          ...rest,
          lastSuccessAt: last_success_at,
          overdueSeconds: overdue_seconds,
        }),
      ),
    };
  });
}

interface WorkRow {
  shards: number;
  images: number;
  last_done_at: Date | null;
  database_bytes: number;
}

interface WorkersRow {
  role: string;
  state: string;
  workers: number;
  images_per_second: number | null;
}

interface PolicyRow {
  model: string;
  policy: string;
  age_seconds: number | null;
}

interface ScheduleRow {
  schedule: string;
  last_success_at: Date | null;
  failed: boolean;
  overdue_seconds: number;
}

async function rowsOf<Row extends pg.QueryResultRow>(client: pg.ClientBase, name: string): Promise<Row[]> {
  return (await client.query<Row>(loadSql(name))).rows;
}
