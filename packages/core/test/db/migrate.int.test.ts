import { createHash } from "node:crypto";

import { migrate, openDatabase, type Database } from "@hairline/core/db";
import { createTestDatabase } from "@hairline/core/testing";
import { expect, test } from "vitest";

import { readMigrations, type Migration } from "../../src/db/migrations.ts";

const FAILED = "DATABASE_MIGRATION_FAILED";

function migration(version: number, sql: string): Migration {
  const name = `${String(version).padStart(4, "0")}_step.sql`;
  return { version, name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
}

const FIRST = migration(1, "create table first (id int); insert into first values (1)");
const SECOND = migration(2, "create table second as select id from first");

async function emptyDatabase(): Promise<Database> {
  const database = await createTestDatabase();
  await database.pool.query(
    "drop schema if exists analyst cascade; drop schema public cascade; create schema public",
  );
  return database;
}

async function tables({ pool }: Database): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' order by tablename",
  );
  return rows.map(({ name }) => name);
}

test("applies the missing migrations in order and records them", async () => {
  await using database = await emptyDatabase();
  await migrate(database, [FIRST]);
  await migrate(database, [FIRST, SECOND]);
  await migrate(database, [FIRST, SECOND]);
  const { rows } = await database.pool.query(
    "select version, name, checksum from schema_migration order by version",
  );
  expect(rows).toEqual([FIRST, SECOND].map(({ version, name, checksum }) => ({ version, name, checksum })));
  expect((await database.pool.query("select id from second")).rows).toEqual([{ id: 1 }]);
});

test("brings an empty database to this release's schema", async () => {
  await using database = await emptyDatabase();
  await migrate(database);
  await using fresh = await createTestDatabase();
  expect(await tables(database)).toEqual(await tables(fresh));
  expect(await tables(database)).toContain("prediction");
});

test("lets migrators that come at the same time all succeed, applying each step once", async () => {
  await using database = await emptyDatabase();
  const others = await Promise.all(Array.from({ length: 5 }, () => openDatabase(database.url, { max: 1 })));
  await Promise.all(others.map((other) => migrate(other, [FIRST, SECOND])));
  await Promise.all(others.map((other) => other.close()));
  expect((await database.pool.query("select id from first")).rows).toEqual([{ id: 1 }]);
});

test("keeps nothing of a migration that fails, and everything before it", async () => {
  await using database = await emptyDatabase();
  const broken = migration(2, "create table half (id int); select no_such_function()");
  await expect(migrate(database, [FIRST, broken])).rejects.toMatchObject({
    code: FAILED,
    file: "0002_step.sql",
    message: "migration 0002_step.sql: function no_such_function() does not exist",
  });
  expect(await tables(database)).toEqual(["first", "schema_migration"]);
  await migrate(database, [FIRST, SECOND]);
  expect(await tables(database)).toEqual(["first", "schema_migration", "second"]);
});

test.for([
  [
    "one edited after it was applied",
    [migration(1, "create table first (id bigint)"), SECOND],
    /other contents/,
  ],
  ["one that a newer release applied", [], /unknown to this release/],
] as const)("refuses %s and changes nothing", async ([, ours, message]) => {
  await using database = await emptyDatabase();
  await migrate(database, [FIRST]);
  await expect(migrate(database, ours)).rejects.toMatchObject({
    code: FAILED,
    file: FIRST.name,
    message: expect.stringMatching(message) as string,
  });
  expect(await tables(database)).toEqual(["first", "schema_migration"]);
});

test("leaves no lock behind when it fails", async () => {
  await using database = await emptyDatabase();
  await expect(migrate(database, [migration(1, "select 1 / 0")])).rejects.toMatchObject({ code: FAILED });
  await using other = await openDatabase(database.url);
  await migrate(other, [FIRST]);
  expect(await tables(other)).toEqual(["first", "schema_migration"]);
});

test("numbers this release's migrations without gaps", () => {
  const versions = readMigrations().map(({ version }) => version);
  expect(versions).toEqual(versions.map((_, index) => index + 1));
  expect(versions.length).toBeGreaterThan(0);
});
