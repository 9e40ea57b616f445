import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";

import { startEmbeddedPostgres } from "@hairline/core/db";
import { expect, test } from "vitest";

import { holdServer } from "./server-holder.ts";
import { query, temporaryHome } from "./temporary-home.ts";

async function postmasterPid(dataFolder: string): Promise<number> {
  return Number((await readFile(join(dataFolder, "postmaster.pid"), "utf8")).split("\n")[0]);
}

test("joins the server that a killed process left, and stops it as the last user", async () => {
  await using home = await temporaryHome();
  const starter = await holdServer(home.path);
  await query(starter.url, "create table kept as select 42 as answer");
  await starter.kill();
  const server = await startEmbeddedPostgres({ home: home.path, fast: true });
  expect(server).toMatchObject({ attached: true, port: starter.port });
  expect(await query(server.url, "select answer from kept")).toEqual([{ answer: 42 }]);
  await server.stop();
  await expect(query(server.url, "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("recovers committed rows after the server was killed, on the same port", async () => {
  await using home = await temporaryHome();
  const first = await startEmbeddedPostgres({ home: home.path });
  await query(first.url, "create table kept as select generate_series(1, 1000) as id");
  process.kill(await postmasterPid(first.dataFolder), "SIGKILL");
  await using second = await startEmbeddedPostgres({ home: home.path });
  expect(second).toMatchObject({ url: first.url, attached: false });
  expect(await query(second.url, "select count(*)::int as n from kept")).toEqual([{ n: 1000 }]);
  // The one who started the killed server leaves: the others' server stays.
  await first.stop();
  expect(await query(second.url, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("recovers when the killed server's starter was killed too", async () => {
  await using home = await temporaryHome();
  const starter = await holdServer(home.path);
  await query(starter.url, "create table kept as select 42 as answer");
  process.kill(await postmasterPid(starter.dataFolder), "SIGKILL");
  await starter.kill();
  await using server = await startEmbeddedPostgres({ home: home.path, fast: true });
  expect(server.attached).toBe(false);
  expect(await query(server.url, "select answer from kept")).toEqual([{ answer: 42 }]);
});

test("starts over a postmaster.pid whose pid now belongs to another process", async () => {
  await using home = await temporaryHome();
  const first = await startEmbeddedPostgres({ home: home.path, fast: true });
  const file = join(first.dataFolder, "postmaster.pid");
  const lines = (await readFile(file, "utf8")).split("\n");
  await first.stop();
  await writeFile(file, [String(process.pid), ...lines.slice(1)].join("\n"));
  await using second = await startEmbeddedPostgres({ home: home.path, fast: true });
  expect(second.attached).toBe(false);
});

test("starts once for processes that come at the same time, and ends with the last of them", async () => {
  await using home = await temporaryHome();
  const holders = await Promise.all([holdServer(home.path), holdServer(home.path), holdServer(home.path)]);
  expect(new Set(holders.map(({ url }) => url)).size).toBe(1);
  expect(holders.filter(({ attached }) => !attached)).toHaveLength(1);
  const [first, second, last] = holders;
  await Promise.all([first?.leave(), second?.kill()]);
  const url = last?.url ?? "";
  expect(await query(url, "select 1 as one")).toEqual([{ one: 1 }]);
  await last?.leave();
  await expect(query(url, "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("starts once for callers of one process that come at the same time", async () => {
  await using home = await temporaryHome();
  const starts = Array.from({ length: 4 }, () => startEmbeddedPostgres({ home: home.path, fast: true }));
  const servers = await Promise.all(starts);
  expect(servers.filter(({ attached }) => !attached)).toHaveLength(1);
  await Promise.all(servers.map((server) => server.stop()));
  await expect(query(servers[0]?.url ?? "", "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("takes another port when its own was taken meanwhile", async () => {
  await using home = await temporaryHome();
  const first = await startEmbeddedPostgres({ home: home.path, fast: true });
  await first.stop();
  const squatter = createServer().listen(first.port, "127.0.0.1");
  await once(squatter, "listening");
  try {
    await using second = await startEmbeddedPostgres({ home: home.path, fast: true });
    expect(second.port).not.toBe(first.port);
    expect(await query(second.url, "select 1 as one")).toEqual([{ one: 1 }]);
  } finally {
    squatter.close();
  }
});
