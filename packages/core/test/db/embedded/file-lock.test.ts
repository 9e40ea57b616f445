import { readdir, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";

import { temporaryFolder } from "@hairline/core/testing";
import { expect, test } from "vitest";

import { withFileLock } from "../../../src/db/embedded/file-lock.ts";

const deadPid = (): number => spawnSync(process.execPath, ["--version"]).pid;

/** Runs actions under the lock and returns the most that were inside at once. */
async function mostInside(path: string, callers: number): Promise<number> {
  let inside = 0;
  let most = 0;
  const action = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  await Promise.all(Array.from({ length: callers }, () => withFileLock(path, action)));
  return most;
}

test("lets one in at a time and leaves no file behind", async () => {
  await using folder = await temporaryFolder();
  expect(await mostInside(join(folder.path, "lock"), 8)).toBe(1);
  expect(await readdir(folder.path)).toEqual([]);
});

test("is free again after an action failed", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "lock");
  const failing = withFileLock(path, () => Promise.reject(new Error("inside")));
  await expect(failing).rejects.toThrow("inside");
  expect(await withFileLock(path, () => Promise.resolve("in"))).toBe("in");
});

test.for([
  [
    "a process that ended",
    (): string => JSON.stringify({ token: "a", pid: deadPid(), startTime: null, host: hostname() }),
  ],
  [
    "an older process of a pid in use",
    (): string => JSON.stringify({ token: "b", pid: process.pid, startTime: "1", host: hostname() }),
  ],
  ["nobody, emptied by a power failure", (): string => ""],
] as const)("is taken over by exactly one of many when held by %s", async ([, contents]) => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "lock");
  await writeFile(path, contents());
  expect(await mostInside(path, 8)).toBe(1);
  expect(await readdir(folder.path)).toEqual([]);
});

test("is taken over from another host that has been silent for a minute", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "lock");
  await writeFile(path, JSON.stringify({ token: "d", pid: 1, startTime: null, host: "elsewhere" }));
  const minuteAgo = new Date(Date.now() - 61_000);
  await utimes(path, minuteAgo, minuteAgo);
  expect(await mostInside(path, 4)).toBe(1);
});

test.for([
  ["this process", hostname(), process.pid],
  ["another host that was heard of lately", "elsewhere", 1],
] as const)("gives up, naming the holder, when held by %s", async ([, host, pid]) => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "lock");
  await writeFile(path, JSON.stringify({ token: "c", pid, startTime: null, host }));
  await expect(withFileLock(path, () => Promise.resolve(), 50)).rejects.toMatchObject({
    code: "EMBEDDED_POSTGRES_FAILED",
    file: path,
    message: expect.stringContaining(`process ${pid} on ${host}`) as string,
  });
});
