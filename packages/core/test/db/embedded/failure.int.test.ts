import { appendFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { startEmbeddedPostgres } from "@hairline/core/db";
import { temporaryFolder } from "@hairline/core/testing";
import { expect, test } from "vitest";

import { query, temporaryHome } from "./temporary-home.ts";

const FAILED = "EMBEDDED_POSTGRES_FAILED";

/** A home whose server ran once, so that its files are there to be spoiled. */
async function usedHome() {
  const home = await temporaryHome();
  const server = await startEmbeddedPostgres({ home: home.path, fast: true });
  await server.stop();
  return Object.assign(home, { dataFolder: server.dataFolder });
}

test("refuses the data of another PostgreSQL release and says which", async () => {
  await using home = await usedHome();
  await writeFile(join(home.dataFolder, "PG_VERSION"), "15\n");
  await expect(startEmbeddedPostgres({ home: home.path })).rejects.toMatchObject({
    code: FAILED,
    message: expect.stringMatching(/PostgreSQL 15; this release brings PostgreSQL \d+$/) as string,
    remedy: expect.stringContaining("move the folder away") as string,
  });
});

test("gives the server's last lines when it does not start", async () => {
  await using home = await usedHome();
  await appendFile(join(home.dataFolder, "postgresql.conf"), "\nno_such_setting = 1\n");
  await expect(startEmbeddedPostgres({ home: home.path })).rejects.toMatchObject({
    code: FAILED,
    message: expect.stringContaining('unrecognized configuration parameter "no_such_setting"') as string,
  });
});

test("does not pass an empty cluster for one that is gone", async () => {
  await using home = await usedHome();
  await rm(home.dataFolder, { recursive: true });
  await expect(startEmbeddedPostgres({ home: home.path })).rejects.toMatchObject({
    code: FAILED,
    file: home.dataFolder,
    message: expect.stringContaining("is gone") as string,
  });
});

test("starts empty where a home was removed and made again, and keeps data that lay elsewhere", async () => {
  await using home = await temporaryHome();
  const first = await startEmbeddedPostgres({ home: home.path, fast: true });
  await query(first.url, "create table kept ()");
  await first.stop();
  await rm(join(home.path, "postgres"), { recursive: true });
  {
    await using second = await startEmbeddedPostgres({ home: home.path, fast: true });
    expect(await query(second.url, "select from pg_tables where tablename = 'kept'")).toEqual([]);
  }
  const folder = dirname(first.dataFolder);
  const orphans = (await readdir(folder)).filter((name) => name.startsWith("data.orphan-"));
  expect(orphans).toHaveLength(first.dataFolder.startsWith(home.path) ? 0 : 1);
  for (const name of orphans) await rm(join(folder, name), { recursive: true });
});

test("refuses to guess a lost password", async () => {
  await using home = await usedHome();
  await rm(join(home.path, "postgres/password"));
  await expect(startEmbeddedPostgres({ home: home.path })).rejects.toMatchObject({
    code: FAILED,
    file: join(home.path, "postgres/password"),
  });
});

test("does not leave a server up that refuses the password on file", async () => {
  await using home = await usedHome();
  await writeFile(join(home.path, "postgres/password"), "another\n");
  const failure = startEmbeddedPostgres({ home: home.path, fast: true });
  await expect(failure).rejects.toMatchObject({
    code: FAILED,
    remedy: expect.stringContaining("password file") as string,
  });
  await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining("another") as string });
  const port = (await readFile(join(home.path, "postgres/port"), "utf8")).trim();
  await expect(query(`postgres://127.0.0.1:${port}/x`, "select 1")).rejects.toMatchObject({
    code: "ECONNREFUSED",
  });
});

test("refuses a home that is a file", async () => {
  await using folder = await temporaryFolder();
  const home = join(folder.path, "file");
  await writeFile(home, "");
  await expect(startEmbeddedPostgres({ home })).rejects.toMatchObject({ code: FAILED, file: home });
});
