import { existsSync } from "node:fs";
import { rm, rmdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import type pg from "pg";

import { provideBinaries, type Binaries } from "./binaries.ts";
import { DATABASE, ensureDatabase } from "./ensure-database.ts";
import { embeddedFailure, toEmbeddedFailure } from "./failure.ts";
import { withFileLock } from "./file-lock.ts";
import { superuserPassword } from "./control-files.ts";
import { draftOf, layOutHome, type ServerHome } from "./home.ts";
import { ensureCluster, SUPERUSER, type ClusterOptions } from "./init-cluster.ts";
import { isUnused, takeLease, type Lease } from "./lease.ts";
import { findPostmaster } from "./postmaster.ts";
import { launchServer, START_TIMEOUT_MS, stopServer } from "./server-process.ts";
import { setAsideOrphan } from "./set-aside-orphan.ts";
import { serverUser, type ServerUser } from "./server-user.ts";

const POLL_MS = 20;
const ATTACH_TRIES = 20;

export interface EmbeddedPostgresOptions {
  /** Folder for everything Hairline keeps; the server's part is `<home>/postgres`. Made if missing. */
  readonly home: string;
  /** Leaves the server up, whoever is the last to leave it, until stopEmbeddedPostgres(). Default false. */
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
  /** Where the rows lie: below the home folder, or /var/lib/hairline when root's home is closed to others. */
  readonly dataFolder: string;
  /** Ends this process's use of the server; the last one to do so stops it. Calling it again does nothing. */
  stop(): Promise<void>;
}

interface Place {
  readonly user: ServerUser;
  readonly home: ServerHome;
  readonly binaries: Binaries;
}

interface RunningServer {
  readonly connection: pg.ClientConfig & { readonly password: string; readonly port: number };
  readonly attached: boolean;
  readonly lease: Lease;
}

/**
 * Starts the PostgreSQL server of a home folder, or joins it when it runs. Any number of processes may call
 * this at once; the first call makes the cluster (about a second).
 *
 * @throws HairlineError EMBEDDED_POSTGRES_FAILED with the server's last lines and a remedy
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  try {
    const place = await findPlace(options.home);
    const server = await withFileLock(place.home.lock, () => startOrAttach(place, options));
    return handleOf(place, server);
  } catch (error) {
    throw toEmbeddedFailure(error, options.home);
  }
}

/** Stops the server of a home folder whoever uses it; does nothing when it does not run. */
export async function stopEmbeddedPostgres({ home }: Pick<EmbeddedPostgresOptions, "home">): Promise<void> {
  const place = await findPlace(home);
  await withFileLock(place.home.lock, () => stopServer(place));
}

/** Stops the server of a home folder whoever uses it, and deletes it with its data. */
export async function removeEmbeddedPostgres({ home }: Pick<EmbeddedPostgresOptions, "home">): Promise<void> {
  const place = await findPlace(home);
  const { control, data, lock } = place.home;
  await withFileLock(lock, async () => {
    await stopServer(place);
    await rm(data, { recursive: true, force: true });
    await rm(draftOf(place.home), { recursive: true, force: true });
  });
  // Only when empty: nothing but the cluster was put there.
  if (dirname(data) !== control) await rmdir(dirname(data)).catch(() => undefined);
  await rm(control, { recursive: true, force: true });
}

async function findPlace(homeFolder: string): Promise<Place> {
  const user = await serverUser();
  const home = await layOutHome(homeFolder, user);
  return { user, home, binaries: await provideBinaries(user, home.stagingRoot) };
}

/** A server that is being killed still takes connections for a moment, and breaks them: then look again. */
async function startOrAttach(place: Place, options: EmbeddedPostgresOptions): Promise<RunningServer> {
  await setAsideOrphan(place.home, () => stopServer(place));
  for (let attempt = 1; ; attempt++) {
    const running = await settledPort(place.home);
    try {
      return await useServer(place, options, running);
    } catch (error) {
      if (running === undefined) await stopServer(place);
      if (running === undefined || attempt === ATTACH_TRIES || !isConnectionLost(error)) throw error;
      await delay(attempt * 100);
    }
  }
}

async function useServer(
  place: Place,
  options: EmbeddedPostgresOptions,
  running: number | undefined,
): Promise<RunningServer> {
  const password = await superuserPassword(place.home);
  const port = running ?? (await startServer({ ...place, password, fast: options.fast ?? false }));
  const connection = { host: "127.0.0.1", port, user: SUPERUSER, password, connectionTimeoutMillis: 30_000 };
  await ensureDatabase(connection);
  const lease = await takeLease(connection);
  if (options.keepRunning) await writeFile(place.home.keepRunning, "", { mode: 0o600 });
  return { connection, attached: running !== undefined, lease };
}

function isConnectionLost(error: unknown): boolean {
  const { code = "", message } = error as NodeJS.ErrnoException;
  // 57P01 to 57P03: shutting down, crashed, starting up.
  if (["ECONNREFUSED", "ECONNRESET", "EPIPE", "57P01", "57P02", "57P03"].includes(code)) return true;
  return message === "Connection terminated unexpectedly";
}

async function startServer(cluster: ClusterOptions): Promise<number> {
  await ensureCluster(cluster);
  await rm(cluster.home.keepRunning, { force: true });
  return launchServer(cluster);
}

/** The port of the server that runs, waiting while it starts or stops; undefined when none runs. */
async function settledPort(home: ServerHome): Promise<number | undefined> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const server = await findPostmaster(home.data);
    if (!server) return undefined;
    if (server.status === "ready") return server.port;
    await delay(POLL_MS);
  }
  throw embeddedFailure("the embedded PostgreSQL server neither gets ready nor stops", {
    file: home.log,
    remedy: "Read the server's log in the file named.",
  });
}

function handleOf(place: Place, { connection, attached, lease }: RunningServer): EmbeddedPostgres {
  const { password, port } = connection;
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= leave(place, connection, lease));
  return {
    url: `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${DATABASE}`,
    port,
    attached,
    dataFolder: place.home.data,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function leave(place: Place, connection: pg.ClientConfig, lease: Lease): Promise<void> {
  await withFileLock(place.home.lock, async () => {
    await lease.release();
    if (existsSync(place.home.keepRunning)) return;
    const server = await findPostmaster(place.home.data);
    if (server && (await isUnused({ ...connection, port: server.port }))) await stopServer(place);
  });
}
