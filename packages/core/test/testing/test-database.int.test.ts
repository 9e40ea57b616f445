import { createTestDatabase } from "@hairline/core/testing";
import { expect, test } from "vitest";

test("gives every caller a migrated database of its own", async () => {
  await using first = await createTestDatabase();
  await using second = await createTestDatabase();
  await first.pool.query("insert into dataset (name, root, layout) values ('a', '/', 'mura')");
  const count = "select count(*)::int as n from dataset";
  expect((await first.pool.query(count)).rows).toEqual([{ n: 1 }]);
  expect((await second.pool.query(count)).rows).toEqual([{ n: 0 }]);
});

test("serves many callers at once", async () => {
  const databases = await Promise.all(Array.from({ length: 8 }, () => createTestDatabase()));
  const names = await Promise.all(
    databases.map(
      async ({ pool }) => (await pool.query("select current_database() as name")).rows[0].name as string,
    ),
  );
  expect(new Set(names).size).toBe(8);
  await Promise.all(databases.map((database) => database.close()));
});

test("drops the database when disposed", async () => {
  await using watcher = await createTestDatabase();
  const database = await createTestDatabase();
  const { rows } = await database.pool.query("select current_database() as name");
  await database.close();
  await database.close();
  const found = await watcher.pool.query("select 1 from pg_database where datname = $1", [rows[0].name]);
  expect(found.rowCount).toBe(0);
});
