import { chown } from "node:fs/promises";
import { dirname, join } from "node:path";

import { temporaryFolder } from "@hairline/core/testing";
import { expect, test } from "vitest";

import { serverUser } from "../../../src/db/embedded/server-user.ts";
import { holdServer } from "./server-holder.ts";
import { query } from "./temporary-home.ts";

// Everyone else runs all other tests as an unprivileged user already.
test.runIf(process.getuid?.() === 0)("runs for a normal user who owns the home, as that user", async () => {
  await using folder = await temporaryFolder();
  const user = await serverUser();
  await chown(folder.path, user.uid ?? 0, user.gid ?? 0);
  const holder = await holdServer(folder.path, { ...user, env: { PATH: process.env["PATH"] } });
  expect(dirname(holder.dataFolder)).toBe(join(folder.path, "postgres"));
  expect(await query(holder.url, "select 1 as one")).toEqual([{ one: 1 }]);
  await holder.leave();
  await expect(query(holder.url, "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});
