import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, symlink } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

import { HairlineError } from "../errors.ts";
import { unpackAptPackage } from "./apt-unpack.ts";
import { redisServerProgram } from "./config.ts";

const run = promisify(execFile);

export interface RedisProgram {
  readonly path: string;
  readonly version: string;
  /** Where its shared libraries lie, when it was unpacked rather than installed. */
  readonly env: { readonly LD_LIBRARY_PATH?: string };
}

/**
 * A real Redis or Valkey server of version 6.2 or newer, which BullMQ needs: REDIS_SERVER_BIN, an installed
 * one, or the distribution's package unpacked into the cache folder.
 *
 * @throws HairlineError QUEUE_UNAVAILABLE when there is none
 */
export function findRedisProgram(): Promise<RedisProgram> {
  found ??= find();
  return found;
}

let found: Promise<RedisProgram> | undefined;

async function find(): Promise<RedisProgram> {
  const chosen = redisServerProgram();
  const candidates =
    chosen === undefined ? ["valkey-server", "redis-server", "/opt/homebrew/bin/redis-server"] : [chosen];
  for (const path of candidates) {
    const version = await recentVersion(path, {});
    if (version !== undefined) return { path, version, env: {} };
  }
  if (chosen !== undefined)
    throw missing(`REDIS_SERVER_BIN=${chosen} is not a Redis or Valkey server >= 6.2`);
  return unpackRedis();
}

async function unpackRedis(): Promise<RedisProgram> {
  let root: string;
  try {
    root = await unpackAptPackage("redis-server");
  } catch (cause) {
    throw missing(
      `no Redis or Valkey server >= 6.2 is installed, and its package was not unpacked: ${String(cause)}`,
      cause,
    );
  }
  const path = join(root, "usr/bin/redis-server");
  await linkMultiCallProgram(root, path);
  const env = { LD_LIBRARY_PATH: (await libraryFolders(root)).join(delimiter) };
  const version = await recentVersion(path, env);
  if (version === undefined) throw missing(`the distribution's ${path} does not run or is older than 6.2`);
  return { path, version, env };
}

/** Debian ships one program under several names; some releases make the server's link only on installing. */
async function linkMultiCallProgram(root: string, path: string): Promise<void> {
  if (existsSync(path)) return;
  await symlink("redis-check-rdb", path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  if (!existsSync(join(root, "usr/bin/redis-check-rdb")))
    throw missing(`the unpacked package has no ${path}`);
}

async function libraryFolders(root: string): Promise<string[]> {
  const folders: string[] = [];
  for (const parent of ["usr/lib", "lib"]) {
    const entries = await readdir(join(root, parent)).catch(() => []);
    folders.push(
      ...entries.filter((entry) => entry.includes("-linux-")).map((entry) => join(root, parent, entry)),
    );
  }
  return folders;
}

async function recentVersion(path: string, env: RedisProgram["env"]): Promise<string | undefined> {
  try {
    const { stdout } = await run(path, ["--version"], { env: { PATH: SEARCH_PATH, ...env } });
    const [, version = "", major = "0", minor = "0"] = /v=((\d+)\.(\d+)[\w.]*)/.exec(stdout) ?? [];
    const recent = Number(major) > 6 || (Number(major) === 6 && Number(minor) >= 2);
    return recent ? version : undefined;
  } catch {
    return undefined;
  }
}

const SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

function missing(message: string, cause?: unknown): HairlineError {
  return new HairlineError("QUEUE_UNAVAILABLE", message, {
    cause,
    remedy: "Install redis-server or valkey-server (>= 6.2), or point REDIS_SERVER_BIN to one.",
  });
}
