import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { probePort } from "../db/embedded/loopback-port.ts";
import { isAliveIn } from "../db/embedded/process-alive.ts";
import { HairlineError } from "../errors.ts";
import { testHome } from "./config.ts";
import { findRedisProgram, type RedisProgram } from "./redis-program.ts";

export interface RedisOptions {
  /** Keeps the data over kill() and restart(); without it a restart comes up empty. Default false. */
  readonly appendOnly?: boolean;
}

/** A Redis server of one test, on 127.0.0.1. */
export interface TestRedis extends AsyncDisposable {
  readonly url: string;
  readonly version: string;
  /** Ends the server as a crash would (SIGKILL) and returns once it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder, killing it first if it runs. */
  restart(): Promise<void>;
}

interface Launch {
  readonly program: RedisProgram;
  readonly folder: string;
  readonly port: number;
  readonly appendOnly: boolean;
}

const TRIES = 5;

/**
 * Starts a real Redis server for a test.
 *
 * @throws HairlineError QUEUE_UNAVAILABLE when there is none on this machine or it does not start
 */
export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const program = await findRedisProgram();
  const folder = join(redisFolder(testHome()), randomUUID());
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const base = { program, folder, appendOnly: options.appendOnly ?? false };
  let { child, port } = await launchOnFreePort(base);
  const restart = async (): Promise<void> => {
    await killProcess(child);
    child = await launch({ ...base, port });
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    version: program.version,
    kill: () => killProcess(child),
    restart,
    [Symbol.asyncDispose]: async () => {
      await killProcess(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Ends the Redis servers that killed test processes left behind in a run's folder. */
export async function endLeftoverRedis(home: string): Promise<void> {
  const parent = redisFolder(home);
  if (!existsSync(parent)) return;
  for (const name of await readdir(parent)) {
    const folder = join(parent, name);
    const pid = Number(await readFile(join(folder, "pid"), "utf8").catch(() => "0"));
    if (pid > 0 && (await isAliveIn(pid, folder))) process.kill(pid, "SIGKILL");
  }
}

function redisFolder(home: string): string {
  return join(home, "redis");
}

async function launchOnFreePort(base: Omit<Launch, "port">): Promise<{ child: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = (await probePort(0)) ?? 0;
    try {
      return { child: await launch({ ...base, port }), port };
    } catch (error) {
      // Another process took the port after it was found free.
      if (attempt === TRIES || !/Address already in use/.test(String(error))) throw error;
    }
  }
}

async function launch({ program, folder, port, appendOnly }: Launch): Promise<ChildProcess> {
  const settings = {
    port: String(port),
    bind: "127.0.0.1",
    dir: folder,
    "maxmemory-policy": "noeviction",
    save: "",
    appendonly: appendOnly ? "yes" : "no",
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(program.path, args, {
    cwd: folder,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C", ...program.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  await Promise.all([untilReady(child), writeFile(join(folder, "pid"), String(child.pid ?? 0))]);
  return child;
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-8192);
      if (output.includes("Ready to accept connections")) resolve();
    };
    const fail = (reason: string): void =>
      reject(new HairlineError("QUEUE_UNAVAILABLE", `redis-server did not start (${reason}):\n${output}`));
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
    child.once("error", (error) => fail(error.message));
    child.once("close", (status, signal) => fail(`exit ${signal ?? status}`));
  });
}

async function killProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
