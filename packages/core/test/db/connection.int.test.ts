import { inspect } from "node:util";

import { asDatabaseFailure, inTransaction, openDatabase } from "@hairline/core/db";
import { createTestDatabase } from "@hairline/core/testing";
import { expect, test } from "vitest";

import { probePort } from "../../src/db/embedded/loopback-port.ts";

test("reads bigint, real and double precision as numbers and numeric as text", async () => {
  await using database = await createTestDatabase();
  const { rows } = await database.pool.query(
    `select 9007199254740991::bigint as big, array[1, null, -3]::bigint[] as bigs, '{}'::bigint[] as none,
            0.22::real as single, 0.1::float8 as double, count(*) as counted, 12.50::numeric as exact, null::bigint as gone`,
  );
  expect(rows).toEqual([
    {
      big: Number.MAX_SAFE_INTEGER,
      bigs: [1, null, -3],
      none: [],
      single: 0.22,
      double: 0.1,
      counted: 1,
      exact: "12.50",
      gone: null,
    },
  ]);
});

test.for(["9007199254740993", "-9007199254740993"])(
  "rejects rather than round the bigint %s",
  async (value) => {
    await using database = await createTestDatabase();
    for (const expression of [`${value}::bigint`, `array[${value}]::bigint[]`]) {
      await expect(database.pool.query(`select ${expression}`)).rejects.toMatchObject({ code: "INTERNAL" });
    }
    expect((await database.pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  },
);

const withChange = (url: string, change: (parsed: URL) => void): string => {
  const parsed = new URL(url);
  parsed.password = "S3cret";
  change(parsed);
  return parsed.href;
};

test.for([
  [
    "a wrong password",
    async (url: string) => withChange(url, () => undefined),
    /password authentication failed/,
  ],
  [
    "nobody listening",
    async (url: string) => withChange(url, (to) => (to.port = String(0))),
    /takes no connection/,
  ],
  [
    "a closed port",
    async () => `postgres://u:S3cret@127.0.0.1:${await probePort(0)}/d`,
    /database d .* ECONNREFUSED/,
  ],
  [
    "a host that does not exist",
    async () => "postgres://u:S3cret@no-such-host.invalid/d",
    /no-such-host\.invalid/,
  ],
  ["an unparsable URL", async () => "postgres://u:S3cret@:99999999/d", /^the database takes no connection/],
] as const)("reports %s as DATABASE_UNAVAILABLE without the password", async ([, urlOf, message]) => {
  await using database = await createTestDatabase();
  const failure = await openDatabase(await urlOf(database.url)).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({
    code: "DATABASE_UNAVAILABLE",
    message: expect.stringMatching(message) as string,
    remedy: expect.stringContaining("DATABASE_URL") as string,
  });
  expect(inspect(failure, { depth: 10 })).not.toContain("S3cret");
});

test("names a database that does not exist", async () => {
  await using database = await createTestDatabase();
  const url = new URL(database.url);
  url.pathname = "/no_such_database";
  await expect(openDatabase(url.href)).rejects.toMatchObject({
    code: "DATABASE_UNAVAILABLE",
    message: expect.stringContaining("no_such_database") as string,
  });
});

test("outlives the loss of its idle connections", async () => {
  await using database = await createTestDatabase();
  await using other = await openDatabase(database.url, { max: 1 });
  const lost = new Promise((resolve) => other.pool.once("error", resolve));
  const { rows } = await other.pool.query<{ pid: number }>("select pg_backend_pid() as pid");
  await database.pool.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
  expect(await lost).toMatchObject({ code: "57P01" });
  expect((await other.pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
});

test("gives up a statement without an answer, and its transaction on the server", async () => {
  await using database = await createTestDatabase();
  await using impatient = await openDatabase(database.url, { max: 1, answerMs: 2_000 });
  const asked = inTransaction(impatient.pool, (client) => client.query("select pg_sleep(3600)"));
  expect(asDatabaseFailure(await asked.catch((error: unknown) => error))).toMatchObject({
    code: "DATABASE_UNAVAILABLE",
  });
  expect((await impatient.pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);

  const client = await impatient.pool.connect();
  const lost = new Promise((resolve) => client.once("error", resolve));
  await client.query("begin");
  expect(asDatabaseFailure(await lost)).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
  client.release(true);
});

test("closes once, however often it is asked", async () => {
  await using database = await createTestDatabase();
  const other = await openDatabase(database.url);
  await Promise.all([other.close(), other.close()]);
  await other[Symbol.asyncDispose]();
  await expect(other.pool.query("select 1")).rejects.toThrow("Cannot use a pool after calling end");
});
