import { chmod, mkdir, rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

import { startEmbeddedPostgres, stopEmbeddedPostgres } from "@hairline/core/db";
import { temporaryFolder } from "@hairline/core/testing";
import { expect, test } from "vitest";

import { query, temporaryHome } from "./temporary-home.ts";

const isRoot = process.getuid?.() === 0;

test("makes a UTF8 cluster in byte order that listens on loopback only and asks everyone for a password", async () => {
  await using home = await temporaryHome();
  await using server = await startEmbeddedPostgres({ home: home.path, fast: true });
  const settings = await query(
    server.url,
    `select current_setting('server_encoding') as encoding, datcollate, datctype,
            current_setting('listen_addresses') as addresses,
            current_setting('unix_socket_directories') as sockets,
            (select array_agg(distinct auth_method) from pg_hba_file_rules) as methods
     from pg_database where datname = current_database()`,
  );
  expect(settings).toEqual([
    {
      encoding: "UTF8",
      datcollate: "C",
      datctype: "C",
      addresses: "127.0.0.1",
      sockets: "",
      methods: ["scram-sha-256"],
    },
  ]);
  const guess = new URL(server.url);
  guess.password = "guess";
  await expect(query(guess.href, "select 1")).rejects.toMatchObject({ code: "28P01" });
  expect(new URL(server.url).password).toMatch(/^[\w-]{43}$/);
});

test("keeps the password to its owner and the folders closed", async () => {
  await using home = await temporaryHome();
  await using server = await startEmbeddedPostgres({ home: home.path, fast: true });
  const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);
  expect(await mode(join(home.path, "postgres/password"))).toBe("600");
  expect(await mode(join(home.path, "postgres/server.log"))).toBe("600");
  expect(await mode(server.dataFolder)).toBe("700");
  // The server's own user has to pass through root's folder, but cannot list it.
  expect(await mode(join(home.path, "postgres"))).toBe(isRoot ? "711" : "700");
});

test.for([
  { home: "closed to others", mode: 0o700, root: /^\/var\/lib\/hairline\/[0-9a-f]{16}$/ },
  { home: "open to all", mode: 0o755, root: /\/home\/postgres$/ },
])("runs as an unprivileged user in a home $home", async ({ mode, root }) => {
  await using home = await temporaryHome("home", mode);
  await using server = await startEmbeddedPostgres({ home: home.path, fast: true });
  expect(dirname(server.dataFolder)).toMatch(isRoot ? root : /\/home\/postgres$/);
  const owner = (await stat(server.dataFolder)).uid;
  expect(owner).not.toBe(0);
  expect(owner === process.getuid?.()).toBe(!isRoot);
  expect(await query(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("takes a home whose path has spaces, quotes and accents", async () => {
  await using home = await temporaryHome("Mes données d'essai $HOME");
  await using server = await startEmbeddedPostgres({ home: home.path, fast: true });
  expect(await query(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("keeps rows, port and password over a stop", async () => {
  await using home = await temporaryHome();
  const first = await startEmbeddedPostgres({ home: home.path, fast: true });
  await query(first.url, "create table kept as select 42 as answer");
  await first.stop();
  await expect(query(first.url, "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  await using second = await startEmbeddedPostgres({ home: home.path, fast: true });
  expect(second).toMatchObject({ url: first.url, attached: false });
  expect(await query(second.url, "select answer from kept")).toEqual([{ answer: 42 }]);
});

test("finds its rows again after the home was opened to all", async () => {
  await using home = await temporaryHome("home", 0o700);
  const first = await startEmbeddedPostgres({ home: home.path, fast: true });
  await query(first.url, "create table kept as select 42 as answer");
  await first.stop();
  await chmod(home.path, 0o755);
  await chmod(dirname(home.path), 0o755);
  await using second = await startEmbeddedPostgres({ home: home.path, fast: true });
  expect(second.dataFolder).toBe(first.dataFolder);
  expect(await query(second.url, "select answer from kept")).toEqual([{ answer: 42 }]);
});

test("finds its rows again after the home was moved", async () => {
  await using folder = await temporaryFolder();
  await chmod(folder.path, 0o755);
  await mkdir(join(folder.path, "old"));
  await chmod(join(folder.path, "old"), 0o755);
  const first = await startEmbeddedPostgres({ home: join(folder.path, "old"), fast: true });
  await query(first.url, "create table kept as select 42 as answer");
  await first.stop();
  await rename(join(folder.path, "old"), join(folder.path, "new"));
  await using second = await startEmbeddedPostgres({ home: join(folder.path, "new"), fast: true });
  expect(await query(second.url, "select answer from kept")).toEqual([{ answer: 42 }]);
});

test("stops with the last one to leave", async () => {
  await using home = await temporaryHome();
  const first = await startEmbeddedPostgres({ home: home.path, fast: true });
  const second = await startEmbeddedPostgres({ home: home.path, fast: true });
  expect([first.attached, second.attached]).toEqual([false, true]);
  await first.stop();
  await first.stop();
  expect(await query(second.url, "select 1 as one")).toEqual([{ one: 1 }]);
  await second.stop();
  await expect(query(second.url, "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("stays up when asked, until it is told to stop", async () => {
  await using home = await temporaryHome();
  const kept = await startEmbeddedPostgres({ home: home.path, fast: true, keepRunning: true });
  const guest = await startEmbeddedPostgres({ home: home.path, fast: true });
  await kept.stop();
  await guest.stop();
  expect(await query(kept.url, "select 1 as one")).toEqual([{ one: 1 }]);
  await stopEmbeddedPostgres({ home: home.path });
  await expect(query(kept.url, "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  const next = await startEmbeddedPostgres({ home: home.path, fast: true });
  await next.stop();
  await expect(query(next.url, "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("does nothing when told to stop a server that does not run", async () => {
  await using home = await temporaryHome();
  await expect(stopEmbeddedPostgres({ home: home.path })).resolves.toBeUndefined();
});
