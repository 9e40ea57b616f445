import { spawn } from "node:child_process";
import { open, readFile, rename, statfs } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

import { embeddedFailure, outputFailure } from "./failure.ts";
import { rememberedPort, rememberPort } from "./control-files.ts";
import type { ClusterOptions } from "./init-cluster.ts";
import { probePort } from "./loopback-port.ts";
import { disownStalePidFile, findPostmaster } from "./postmaster.ts";
import { PROGRAM_ENVIRONMENT, runProgram } from "./run-program.ts";

const POLL_MS = 20;
/** Crash recovery replays the log before the server is ready: minutes after a long bulk load. */
export const START_TIMEOUT_MS = 300_000;
const TRIES = 6;

/** Starts the server on 127.0.0.1 and returns its port once it takes connections. */
export async function launchServer(options: ClusterOptions): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    await disownStalePidFile(options.home.data);
    const port = await choosePort(await rememberedPort(options.home));
    const output = await launchOn(port, options);
    if (output === undefined) {
      await rememberPort(options.home, port);
      return port;
    }
    // The port was taken since it was found free, or back ends of a killed server are still on their way out.
    const passing = /Address already in use|could not bind|postmaster\.pid|pre-existing shared memory/.test(
      output,
    );
    if (!passing || attempt === TRIES)
      throw outputFailure("the embedded PostgreSQL server did not start", output);
    await delay(attempt * 200);
  }
}

/** One try; returns the server's log when it failed. */
async function launchOn(port: number, options: ClusterOptions): Promise<string | undefined> {
  const { binaries, home, user, fast } = options;
  await rename(home.log, `${home.log}.1`).catch(() => undefined);
  const log = await open(home.log, "a", 0o600);
  // A session of its own: Ctrl+C in the terminal reaches the commands, which stop the server when they are done.
  const child = spawn(binaries.postgres, await serverArguments({ data: home.data, port, fast }), {
    ...PROGRAM_ENVIRONMENT,
    ...user,
    cwd: home.data,
    detached: true,
    windowsHide: true,
    stdio: ["ignore", log.fd, log.fd],
  });
  let exited: string | undefined;
  child.once("error", (error) => (exited = error.message));
  child.once("exit", (status, signal) => (exited = `exit ${signal ?? status}`));
  child.unref();
  const deadline = performance.now() + START_TIMEOUT_MS;
  try {
    for (;;) {
      const server = await findPostmaster(home.data);
      if (server?.pid === child.pid && server?.status === "ready") return undefined;
      if (exited !== undefined) return `${await readFile(home.log, "utf8")}\n(${exited})`;
      if (performance.now() > deadline) {
        child.kill("SIGQUIT");
        return `${await readFile(home.log, "utf8")}\n(not ready after ${START_TIMEOUT_MS / 1000} s)`;
      }
      await delay(POLL_MS);
    }
  } finally {
    await log.close();
  }
}

/** Parallel queries share hash tables through /dev/shm, of which a container has 64 MB by default. */
async function isSharedMemorySmall(): Promise<boolean> {
  const volume = await statfs("/dev/shm").catch(() => undefined);
  return volume !== undefined && volume.bsize * volume.blocks < 256 * 1024 * 1024;
}

/** Commits still reach the kernel, so a killed server loses nothing; a machine without power does. */
const FAST_SETTINGS = {
  fsync: "off",
  full_page_writes: "off",
  shared_buffers: "32MB",
};

async function serverArguments(server: { data: string; port: number; fast: boolean }): Promise<string[]> {
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    password_encryption: "scram-sha-256",
    timezone: "UTC",
    log_timezone: "UTC",
    // A statement's error goes to the one who sent it; the log would keep the row, with the patient's key.
    log_min_messages: "log",
    log_checkpoints: "off",
    ...((await isSharedMemorySmall()) ? { dynamic_shared_memory_type: "mmap" } : {}),
    ...(server.fast ? FAST_SETTINGS : {}),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return ["-D", server.data, "-p", String(server.port), ...flags];
}

async function choosePort(preferred: number | undefined): Promise<number> {
  if (preferred !== undefined && (await probePort(preferred)) !== undefined) return preferred;
  const port = await probePort(0);
  if (port === undefined) throw embeddedFailure("no free port on 127.0.0.1");
  return port;
}

/**
 * Stops the server: first letting its sessions end by themselves (a closed pool's sockets need a moment),
 * then cutting them. Returns when it is gone.
 */
export async function stopServer({
  binaries,
  home,
  user,
}: Pick<ClusterOptions, "binaries" | "home" | "user">): Promise<void> {
  if (!(await findPostmaster(home.data))) return;
  const stop = (mode: string, seconds: number) =>
    runProgram(binaries.pgCtl, ["stop", "-s", "-w", "-D", home.data, "-m", mode, "-t", String(seconds)], {
      ...user,
      cwd: home.data,
    });
  if ((await stop("smart", 2)).status === 0) return;
  const result = await stop("fast", 60);
  if (result.status !== 0 && (await findPostmaster(home.data))) {
    throw outputFailure("the embedded PostgreSQL server did not stop", result.output);
  }
}
