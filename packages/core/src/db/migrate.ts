import type pg from "pg";

import { HairlineError } from "../errors.ts";
import type { Database } from "./connection.ts";
import { readMigrations, type Migration } from "./migrations.ts";
import { withClient } from "./with-client.ts";

/** Any fixed number of our own: everyone who migrates this database waits on it. */
const MIGRATION_LOCK = 4_860_931;

/** SQL function bodies (`return …`) came with 14; 15 is the oldest release the queries were run on. */
const OLDEST_SERVER = 15;

const CREATE_LEDGER = `
  create table if not exists schema_migration (
    version int primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now()
  )`;

interface AppliedMigration {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
}

/**
 * Brings the schema to this release's: applies the missing migrations in order, each in a transaction of its
 * own. Safe to call from any number of processes at once: one works, the others wait.
 *
 * @throws HairlineError DATABASE_MIGRATION_FAILED when one fails (nothing of it stays), when one already
 *   applied was edited since, when the database is from a newer release, or the server too old
 */
export async function migrate(
  database: Database,
  migrations: readonly Migration[] = readMigrations(),
): Promise<void> {
  await withClient(database.pool, async (client) => {
    await checkServer(client);
    await client.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await applyMissing(client, migrations);
    await client.query("select pg_advisory_unlock($1)", [MIGRATION_LOCK]);
  });
}

async function checkServer(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ major: number; version: string }>(
    "select current_setting('server_version_num')::int / 10000 as major, current_setting('server_version') as version",
  );
  const server = rows[0];
  if (server === undefined || server.major >= OLDEST_SERVER) return;
  throw new HairlineError(
    "DATABASE_MIGRATION_FAILED",
    `the server is PostgreSQL ${server.version}; Hairline needs ${OLDEST_SERVER} or newer`,
    { remedy: "Upgrade the server, or unset DATABASE_URL to use the embedded one." },
  );
}

async function applyMissing(client: pg.PoolClient, migrations: readonly Migration[]): Promise<void> {
  await client.query(CREATE_LEDGER);
  const { rows } = await client.query<AppliedMigration>(
    "select version, name, checksum from schema_migration order by version",
  );
  for (const applied of rows) checkApplied(applied, migrations);
  const known = new Set(rows.map((applied) => applied.version));
  for (const migration of migrations) {
    if (!known.has(migration.version)) await apply(client, migration);
  }
}

function checkApplied(applied: AppliedMigration, migrations: readonly Migration[]): void {
  const ours = migrations.find(({ version }) => version === applied.version);
  if (!ours) {
    throw new HairlineError(
      "DATABASE_MIGRATION_FAILED",
      `the database has migration ${applied.name}, unknown to this release`,
      {
        file: applied.name,
        remedy: "Run the newer release of Hairline that wrote this database.",
      },
    );
  }
  if (ours.checksum !== applied.checksum) {
    throw new HairlineError(
      "DATABASE_MIGRATION_FAILED",
      `migration ${applied.name} was applied with other contents than this release's`,
      {
        file: applied.name,
        remedy: "Run the release that wrote this database, or start with a new database.",
      },
    );
  }
}

async function apply(client: pg.PoolClient, migration: Migration): Promise<void> {
  const { version, name, sql, checksum } = migration;
  try {
    await client.query("begin");
    await client.query(sql);
    await client.query("insert into schema_migration (version, name, checksum) values ($1, $2, $3)", [
      version,
      name,
      checksum,
    ]);
    await client.query("commit");
  } catch (cause) {
    // withClient closes the connection, which rolls back.
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HairlineError("DATABASE_MIGRATION_FAILED", `migration ${name}: ${reason}`, {
      cause,
      file: name,
      remedy:
        "Nothing of it was kept. Run the release that wrote this database, or report the migration named.",
    });
  }
}
