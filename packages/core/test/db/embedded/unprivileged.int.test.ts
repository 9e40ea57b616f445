import { spawnSync } from "node:child_process";
import { chown } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { temporaryFolder } from "@hairline/core/testing";
import { expect, test } from "vitest";

import { serverUser, type ServerUser } from "../../../src/db/embedded/server-user.ts";
import { holdServer } from "./server-holder.ts";
import { query } from "./temporary-home.ts";

const isRoot = process.getuid?.() === 0;

/** False where root's checkout lies in a home of mode 0700: nobody else can run anything in it. */
function canReadCheckout(user: ServerUser): boolean {
  const script = fileURLToPath(new URL("hold-server.ts", import.meta.url));
  return spawnSync("/bin/sh", ["-c", 'test -r "$0"', script], { ...user, cwd: "/" }).status === 0;
}

const user = isRoot ? await serverUser() : {};

async function startAsUser(home: string): ReturnType<typeof holdServer> {
  if (isRoot) await chown(home, user.uid ?? 0, user.gid ?? 0);
  return await holdServer(home, { ...user, env: { PATH: process.env["PATH"] } });
}

async function serve(): Promise<void> {
  await using folder = await temporaryFolder();
  const holder = await startAsUser(folder.path);
  expect(dirname(holder.dataFolder)).toBe(join(folder.path, "postgres"));
  expect(await query(holder.url, "select 1 as one")).toEqual([{ one: 1 }]);
  await holder.leave();
  await expect(query(holder.url, "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
}

async function fail(): Promise<void> {
  await using folder = await temporaryFolder();
  await expect(startAsUser(folder.path)).rejects.toThrow(/ERR_MODULE_NOT_FOUND|EACCES/);
}

test("runs for a normal user who owns the home and can read the checkout", async () => {
  const proof = canReadCheckout(user) ? serve : fail;
  await expect(proof()).resolves.toBeUndefined();
});
