import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { probePort } from "../../db/embedded/loopback-port.ts";
import { isProcessAlive, processStartTime } from "../../db/embedded/process-alive.ts";
import { HairlineError } from "../../errors.ts";
import { cacheFolder } from "../cache-folder.ts";
import { SWIFT_SERVERS, writeSwiftConfiguration, type SwiftPorts } from "./configuration.ts";
import { findSwiftProgram, type SwiftProgram } from "./program.ts";

const run = promisify(execFile);
const PREPARE = fileURLToPath(new URL("./prepare.py", import.meta.url));
const SERVE = fileURLToPath(new URL("./serve.py", import.meta.url));

/** Generous: a loaded machine of one core starts four Python programs. */
const READY_WITHIN_MS = 120_000;
const POLL_MS = 50;
const FILE = "cluster.json";
const TRIES = 5;

/** Swift changes its working folder to /, so the start time is what tells a server from a reused pid. */
interface ServerProcess {
  readonly pid: number;
  readonly startTime: string | null;
}

/** A cluster, as kept on disk for the processes that share it and the one that ends it. */
export interface SwiftCluster {
  readonly endpoint: string;
  readonly secretAccessKey: string;
  /** Configuration and logs. */
  readonly folder: string;
  /** Holds the objects; elsewhere than `folder` where that has no extended attributes. */
  readonly devices: string;
  readonly servers: readonly ServerProcess[];
  /** False while it starts. */
  readonly ready: boolean;
}

/**
 * Starts account, container, object and proxy server on free ports of 127.0.0.1. They outlive this process.
 *
 * @throws HairlineError STORE_UNAVAILABLE with the servers' last lines
 */
export async function startSwiftCluster(folder: string): Promise<SwiftCluster> {
  const program = await findSwiftProgram();
  for (let attempt = 1; ; attempt++) {
    try {
      return await launchCluster(program, folder);
    } catch (error) {
      // Another process took a port after it was found free.
      if (attempt === TRIES || !/Address already in use/i.test(String(error))) throw error;
    }
  }
}

/** Ends the servers that still run, with all they stored. */
export async function endSwiftCluster({ folder, devices, servers }: SwiftCluster): Promise<void> {
  for (const server of servers) if (await isRunning(server)) process.kill(server.pid, "SIGKILL");
  for (const server of servers) while (await isRunning(server)) await delay(POLL_MS);
  await rm(devices, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}

async function launchCluster(program: SwiftProgram, folder: string): Promise<SwiftCluster> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const ports = await freePorts();
  const secretAccessKey = randomBytes(24).toString("hex");
  const devices = await prepare(program, { folder, ports });
  await writeSwiftConfiguration({ etc: folder, devices, ports, secretAccessKey });
  const servers: ServerProcess[] = [];
  const endpoint = `http://127.0.0.1:${ports.proxy}`;
  const cluster = { endpoint, secretAccessKey, folder, devices, servers, ready: false };
  try {
    for (const server of SWIFT_SERVERS) {
      servers.push(await launchServer(program, folder, server));
      await recordCluster(cluster);
    }
    await untilReady(cluster, ports);
    const ready = { ...cluster, ready: true };
    await recordCluster(ready);
    return ready;
  } catch (cause) {
    const output = await lastLines(folder);
    await endSwiftCluster(cluster);
    throw new HairlineError("STORE_UNAVAILABLE", `Swift did not start: ${String(cause)}\n${output}`, {
      cause,
    });
  }
}

async function freePorts(): Promise<SwiftPorts> {
  const port = async (): Promise<number> => (await probePort(0)) ?? 0;
  return { account: await port(), container: await port(), object: await port(), proxy: await port() };
}

/** Builds the rings and finds where the objects can lie. */
async function prepare(
  { python, env }: SwiftProgram,
  { folder, ports }: { folder: string; ports: SwiftPorts },
): Promise<string> {
  const { proxy: _, ...rings } = ports;
  // The ring builder reads swift.conf; the rest is written once the data's folder is known.
  await writeSwiftConfiguration({
    etc: folder,
    devices: join(folder, "node"),
    ports,
    secretAccessKey: "none",
  });
  const cache = await cacheFolder();
  const args = [PREPARE, folder, JSON.stringify(rings), folder, cache];
  const { stdout } = await run(python, args, { env: { ...env }, timeout: READY_WITHIN_MS });
  const home = stdout.trim();
  return home === folder ? join(folder, "node") : mkdtemp(join(cache, "swift-data-"));
}

async function launchServer(
  { python, env }: SwiftProgram,
  folder: string,
  server: (typeof SWIFT_SERVERS)[number],
): Promise<ServerProcess> {
  const log = await open(join(folder, `${server}.log`), "a");
  try {
    const child = spawn(python, [SERVE, folder, server], {
      cwd: folder,
      env: { ...env },
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
    });
    child.on("error", () => undefined);
    child.unref();
    if (child.pid === undefined) throw new Error(`${python} cannot be run`);
    return { pid: child.pid, startTime: await processStartTime(child.pid) };
  } finally {
    await log.close();
  }
}

async function untilReady({ servers, endpoint }: SwiftCluster, ports: SwiftPorts): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  const storage = [ports.account, ports.container, ports.object];
  const urls = [`${endpoint}/healthcheck`, ...storage.map((port) => `http://127.0.0.1:${port}/d1/0/none`)];
  for (const url of urls) {
    while (!(await answers(url))) {
      for (const server of servers) if (!(await isRunning(server))) throw new Error("a server ended");
      if (performance.now() > deadline) throw new Error(`no answer within ${READY_WITHIN_MS} ms`);
      await delay(POLL_MS);
    }
  }
}

/** Any answer will do of a storage server: it listens, and its application is loaded. */
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}

async function lastLines(folder: string): Promise<string> {
  const logs = SWIFT_SERVERS.map((server) => join(folder, `${server}.log`));
  const texts = await Promise.all(logs.map((log) => readFile(log, "utf8").catch(() => "")));
  return texts.map((text) => text.slice(-2000)).join("\n");
}

/** The cluster of a folder, ready or not; undefined when none was started there. */
export async function readCluster(folder: string): Promise<SwiftCluster | undefined> {
  const text = await readFile(join(folder, FILE), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as SwiftCluster);
}

export async function isServing({ servers, ready }: SwiftCluster): Promise<boolean> {
  for (const server of servers) if (!(await isRunning(server))) return false;
  return ready;
}

async function isRunning({ pid, startTime }: ServerProcess): Promise<boolean> {
  return (await isProcessAlive(pid)) && (await processStartTime(pid)) === startTime;
}

/** Renamed into place, so that it is read whole, and written after each start, so that no server is forgotten. */
async function recordCluster(cluster: SwiftCluster): Promise<void> {
  const draft = join(cluster.folder, `${FILE}.draft`);
  await writeFile(draft, JSON.stringify(cluster), { mode: 0o600 });
  await rename(draft, join(cluster.folder, FILE));
}
