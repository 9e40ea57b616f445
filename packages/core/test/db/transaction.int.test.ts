import { inTransaction, type Database } from "@hairline/core/db";
import { createTestDatabase } from "@hairline/core/testing";
import { expect, test } from "vitest";

const INSERT = "insert into dataset (name, root, layout) values ($1, '/', 'mura')";

async function names({ pool }: Database): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>("select name from dataset order by name");
  return rows.map(({ name }) => name);
}

test("keeps the work when it resolves and returns its result", async () => {
  await using database = await createTestDatabase();
  const result = await inTransaction(database.pool, async (client) => {
    await client.query(INSERT, ["a"]);
    return 42;
  });
  expect(result).toBe(42);
  expect(await names(database)).toEqual(["a"]);
});

test.for([
  ["throws", () => Promise.reject(new Error("own")), "own"],
  ["breaks a constraint", undefined, "duplicate key value"],
] as const)("keeps nothing when the work %s", async ([, fail, message]) => {
  await using database = await createTestDatabase();
  const work = inTransaction(database.pool, async (client) => {
    await client.query(INSERT, ["a"]);
    await (fail ? fail() : client.query(INSERT, ["a"]));
  });
  await expect(work).rejects.toThrow(message);
  expect(await names(database)).toEqual([]);
});

test("rejects and leaves the pool usable when the connection is lost", async () => {
  await using database = await createTestDatabase();
  const work = inTransaction(database.pool, async (client) => {
    await client.query(INSERT, ["a"]);
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    const lost = new Promise((resolve) => client.once("error", resolve));
    await database.pool.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
    await lost;
    await client.query(INSERT, ["b"]);
  });
  await expect(work).rejects.toThrow(/not queryable|terminat/i);
  expect(await names(database)).toEqual([]);
});
