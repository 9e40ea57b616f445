import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import pg from "pg";

import { provideBinaries } from "./binaries.ts";
import { withFileLock } from "./file-lock.ts";
import { layOutHome, superuserPassword, type ServerHome } from "./home.ts";
import { ensureCluster, SUPERUSER, type ClusterOptions } from "./init-cluster.ts";
import { takeLease, type Lease } from "./lease.ts";
import { findPostmaster } from "./postmaster.ts";
import { launchServer, stopServer } from "./server-process.ts";
import { serverUser } from "./server-user.ts";

const DATABASE = "hairline";
const POLL_MS = 20;

export interface EmbeddedPostgresOptions {
  /** Folder for everything Hairline keeps; the server's part is `<home>/postgres`. Made if missing. */
  readonly home: string;
  /** Leaves the server up when its last user stops it; the next start attaches to it. Default false. */
  readonly keepRunning?: boolean;
  /** Never waits for the disk: only for tests, a crash of the machine loses the data. Default false. */
  readonly fast?: boolean;
}

/** A running PostgreSQL server of Hairline's own, listening on 127.0.0.1 only. */
export interface EmbeddedPostgres extends AsyncDisposable {
  /** Connection string of the database `hairline`, with the generated password: not for logs. */
  readonly url: string;
  readonly port: number;
  /** True when the server was already running: started by another process, or left by a killed one. */
  readonly attached: boolean;
  /** Ends this process's use of the server; the last one to do so stops it. Calling it again does nothing. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL server of a home folder, or joins it when it runs. Any number of processes may call
 * this at once; the first call makes the cluster (about a second).
 *
 * @throws HairlineError EMBEDDED_POSTGRES_FAILED with the server's last lines and a remedy
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const cluster = await prepare(options);
  const { port, attached, lease } = await withFileLock(cluster.home.lock, () => startOrAttach(cluster));
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= leave(cluster, lease, options.keepRunning ?? false));
  return {
    url: urlOf(cluster.password, port),
    port,
    attached,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Stops the server of a home folder whoever uses it, and deletes it with its data. */
export async function removeEmbeddedPostgres({ home }: Pick<EmbeddedPostgresOptions, "home">): Promise<void> {
  const user = await serverUser();
  const folder = await layOutHome(home, user);
  await withFileLock(folder.lock, async () => {
    await stopServer({ binaries: await provideBinaries(user, folder.stagingRoot), home: folder, user });
    await rm(folder.data, { recursive: true, force: true });
  });
  if (dirname(folder.data) !== folder.control)
    await rm(dirname(folder.data), { recursive: true, force: true });
  await rm(folder.control, { recursive: true, force: true });
}

async function prepare(
  options: EmbeddedPostgresOptions,
): Promise<Omit<ClusterOptions, "password"> & { password: string }> {
  const user = await serverUser();
  const home = await layOutHome(options.home, user);
  const binaries = await provideBinaries(user, home.stagingRoot);
  const password = await withFileLock(home.lock, () => superuserPassword(home));
  return { binaries, home, user, password, fast: options.fast ?? false };
}

async function startOrAttach(
  cluster: ClusterOptions,
): Promise<{ port: number; attached: boolean; lease: Lease }> {
  const running = await settledPort(cluster.home);
  if (running === undefined) await ensureCluster(cluster);
  const port = running ?? (await launchServer(cluster));
  const lease = await takeLease(connectionTo(cluster.password, port));
  await ensureDatabase(cluster.password, port);
  return { port, attached: running !== undefined, lease };
}

/** The port of the server that runs, waiting while it starts; undefined when none runs or it has just stopped. */
async function settledPort(home: ServerHome): Promise<number | undefined> {
  for (;;) {
    const server = await findPostmaster(home.data);
    if (!server) return undefined;
    if (server.status === "ready") return server.port;
    await delay(POLL_MS);
  }
}

function connectionTo(password: string, port: number): pg.ClientConfig {
  return { host: "127.0.0.1", port, user: SUPERUSER, password, connectionTimeoutMillis: 30_000 };
}

function urlOf(password: string, port: number): string {
  return `postgres://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${DATABASE}`;
}

async function ensureDatabase(password: string, port: number): Promise<void> {
  const client = new pg.Client({ ...connectionTo(password, port), database: "postgres" });
  await client.connect();
  try {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

async function leave(cluster: ClusterOptions, lease: Lease, keepRunning: boolean): Promise<void> {
  await withFileLock(cluster.home.lock, async () => {
    const last = await lease.release();
    if (last && !keepRunning) await stopServer(cluster);
  });
}
