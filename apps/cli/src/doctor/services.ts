import { openDatabase, type Database } from "@hairline/core/db";
import { toHairlineError } from "@hairline/core/errors";
import { openQueues } from "@hairline/core/queue";
import type { CliContext } from "../context.ts";

/** A server a command needs: whether it answers, and what it said of itself. */
export interface ServiceReport {
  readonly kind: string;
  readonly available: boolean;
  readonly version: string | null;
  readonly reason: string | null;
}

/** The given database is only asked for its version; the embedded one is started, which is the proof it needs. */
export async function checkDatabase({ config, openStack }: CliContext): Promise<ServiceReport> {
  const { databaseUrl } = config;
  if (databaseUrl === undefined)
    return attempt("embedded PostgreSQL", async () => serverVersion((await openStack()).database));
  return attempt("PostgreSQL at DATABASE_URL", async () => {
    const database = await openDatabase(databaseUrl, { max: 1 });
    try {
      return await serverVersion(database);
    } finally {
      await database.close();
    }
  });
}

export async function checkQueue(
  { config: { redisUrl } }: CliContext,
  database: ServiceReport,
): Promise<ServiceReport> {
  if (redisUrl === undefined) return { ...database, kind: `queue on ${database.kind}` };
  return attempt("queue on Redis at REDIS_URL", async () => {
    await (await openQueues({ kind: "redis", url: redisUrl })).close();
    return null;
  });
}

async function serverVersion({ pool }: Database): Promise<string | null> {
  const { rows } = await pool.query<{ server_version: string }>("show server_version");
  return rows[0]?.server_version ?? null;
}

async function attempt(kind: string, work: () => Promise<string | null>): Promise<ServiceReport> {
  try {
    return { kind, available: true, version: await work(), reason: null };
  } catch (error) {
    const { code, message } = toHairlineError(error);
    return { kind, available: false, version: null, reason: `${code}: ${message}` };
  }
}
