import { createHash, randomUUID } from "node:crypto";
import { join } from "node:path";

import pg from "pg";

import { openDatabase, type Database } from "../db/connection.ts";
import { withFileLock } from "../db/embedded/file-lock.ts";
import { startEmbeddedPostgres } from "../db/embedded/start.ts";
import { migrate } from "../db/migrate.ts";
import { readMigrations } from "../db/migrations.ts";
import { testHome } from "./config.ts";

interface TestServer {
  readonly url: string;
  /** Name of the migrated database that tests get copies of. */
  readonly template: string;
}

/**
 * A fresh, migrated database on a real server shared by the test run; dropped when disposed. The first call
 * of a run starts the server (about a second), later ones take about 50 ms.
 */
export async function createTestDatabase(): Promise<Database> {
  const { url: server, template } = await testServer();
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await administer(server, (client) => client.query(`create database ${name} template ${template}`));
  const database = await openDatabase(withDatabase(server, name));
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= dropAfter(database, server, name));
  return { url: database.url, pool: database.pool, close, [Symbol.asyncDispose]: close };
}

let started: Promise<TestServer> | undefined;

function testServer(): Promise<TestServer> {
  started ??= startTestServer();
  return started;
}

/** The server stays up for the test processes to come; the global set-up's teardown stops it. */
async function startTestServer(): Promise<TestServer> {
  const { url } = await startEmbeddedPostgres({ home: testHome(), fast: true, keepRunning: true });
  return { url, template: await provideTemplate(url) };
}

/** A migrated database that is only ever copied; named by the migrations, so that watch mode sees edits. */
async function provideTemplate(serverUrl: string): Promise<string> {
  const migrations = readMigrations();
  const digest = createHash("sha256").update(migrations.map(({ checksum }) => checksum).join());
  const name = `template_${digest.digest("hex").slice(0, 16)}`;
  await administer(serverUrl, async (client) => {
    if (await exists(client, name)) return;
    await withFileLock(join(testHome(), "template.lock"), async () => {
      if (!(await exists(client, name))) await buildTemplate(client, serverUrl, name);
    });
  });
  return name;
}

async function buildTemplate(client: pg.Client, serverUrl: string, name: string): Promise<void> {
  const draft = `draft_${randomUUID().replaceAll("-", "")}`;
  await client.query(`create database ${draft}`);
  const database = await openDatabase(withDatabase(serverUrl, draft), { max: 1 });
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
  // Cuts the pool's last connection, whose socket may still be closing: a database in use is not renamed.
  await client.query("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1", [
    draft,
  ]);
  await client.query(`alter database ${draft} rename to ${name}`);
}

async function exists(client: pg.Client, name: string): Promise<boolean> {
  return (await client.query("select 1 from pg_database where datname = $1", [name])).rowCount === 1;
}

async function dropAfter(database: Database, serverUrl: string, name: string): Promise<void> {
  await database.close();
  await administer(serverUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
}

async function administer<T>(serverUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: withDatabase(serverUrl, "postgres") });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
