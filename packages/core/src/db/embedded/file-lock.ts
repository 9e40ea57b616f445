import { randomUUID } from "node:crypto";
import { link, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";

import { embeddedFailure } from "./failure.ts";
import { isProcessAlive, processStartTime } from "./process-alive.ts";

const POLL_MS = 40;
/** The holder touches the file this often, for waiters on other hosts, who cannot see its process. */
const HEARTBEAT_MS = 5_000;
const SILENT_MS = 60_000;
/** A takeover is three file operations; one this old was cut off by a kill in the middle. */
const TAKEOVER_STALE_MS = 10_000;

interface LockOwner {
  readonly token: string;
  readonly pid: number;
  readonly startTime: string | null;
  readonly host: string;
}

/** A lock file emptied by a power failure: its owner did not survive that. */
const DAMAGED: LockOwner = { token: "damaged", pid: Number.NaN, startTime: null, host: hostname() };

/**
 * Runs `action` while holding an exclusive lock between processes, kept as a file that names its owner.
 * Node has no flock(2): the file appears by link(2), so it is never seen half written, and the lock of a
 * process that died is taken over by exactly one of those waiting.
 *
 * @param path the lock file; its folder exists
 * @throws HairlineError EMBEDDED_POSTGRES_FAILED when a living process keeps the lock for longer than `timeoutMs`
 */
export async function withFileLock<T>(
  path: string,
  action: () => Promise<T>,
  timeoutMs = 360_000,
): Promise<T> {
  const owner: LockOwner = {
    token: randomUUID(),
    pid: process.pid,
    startTime: await processStartTime(process.pid),
    host: hostname(),
  };
  const deadline = performance.now() + timeoutMs;
  while (!(await tryLock(path, owner))) {
    const holder = await readOwner(path);
    if (holder && !(await isHeld(path, holder))) await takeOver(path, holder);
    else if (performance.now() > deadline) throw lockTimeout(path, holder);
    else await delay(POLL_MS);
  }
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS);
  try {
    return await action();
  } finally {
    clearInterval(heartbeat);
    await rm(path, { force: true });
  }
}

function touch(path: string): void {
  const now = new Date();
  // A missed beat is made up by the next one.
  utimes(path, now, now).catch(() => undefined);
}

async function tryLock(path: string, owner: LockOwner): Promise<boolean> {
  const draft = `${path}.${owner.token}`;
  await writeFile(draft, JSON.stringify(owner), { mode: 0o600 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function readOwner(path: string): Promise<LockOwner | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as LockOwner;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if (error instanceof SyntaxError) return DAMAGED;
    throw error;
  }
}

/** A container that was killed leaves a lock under a host name that never comes back: silence ends it. */
async function isHeld(path: string, owner: LockOwner): Promise<boolean> {
  if (owner.host !== hostname()) {
    const file = await stat(path).catch(() => undefined);
    return file === undefined || Date.now() - file.mtimeMs < SILENT_MS;
  }
  if (!(await isProcessAlive(owner.pid))) return false;
  return owner.startTime === null || owner.startTime === (await processStartTime(owner.pid));
}

/** Removes the lock of a dead owner. The claim is exclusive per owner, so a lock taken since is never removed. */
async function takeOver(path: string, dead: LockOwner): Promise<void> {
  const claim = `${path}.takeover-${dead.token}`;
  try {
    await writeFile(claim, "", { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const claimed = await stat(claim).catch(() => undefined);
    if (claimed && Date.now() - claimed.mtimeMs > TAKEOVER_STALE_MS) await rm(claim, { force: true });
    await delay(POLL_MS);
    return;
  }
  try {
    if ((await readOwner(path))?.token === dead.token) await rm(path, { force: true });
  } finally {
    await rm(claim, { force: true });
  }
}

function lockTimeout(path: string, holder: LockOwner | undefined): Error {
  const who = holder ? `process ${holder.pid} on ${holder.host}` : "another process";
  return embeddedFailure(`${who} has held the lock ${path} for too long`, {
    file: path,
    remedy: "Wait for that process to end; remove the file if it is not running.",
  });
}
