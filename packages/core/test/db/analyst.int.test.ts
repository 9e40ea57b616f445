import { randomUUID } from "node:crypto";
import { grantReadonly, type Database } from "@hairline/core/db";
import { createTestDatabase } from "@hairline/core/testing";
import type pg from "pg";
import { expect, test } from "vitest";

async function failureOf(query: Promise<unknown>): Promise<string> {
  return query.then(
    () => "none",
    (error: { code: string }) => error.code,
  );
}

const PERMISSION_DENIED = "42501";
const READ_ONLY = "25006";

/** Runs statements as a role would, on one connection. */
async function asRole<T>(
  database: Database,
  role: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await database.pool.connect();
  try {
    await client.query(`set role ${role}`);
    return await work(client);
  } finally {
    client.release(true);
  }
}

/** A role of this test's own; roles belong to the server, which tests share. */
async function withRole(database: Database, work: (role: string) => Promise<void>): Promise<void> {
  const role = `reader_${randomUUID().replaceAll("-", "")}`;
  try {
    await work(role);
  } finally {
    await database.pool.query(`drop owned by ${role}`);
    await database.pool.query(`drop role ${role}`);
  }
}

test("has a comment on every view, column and function that analysts see", async () => {
  await using database = await createTestDatabase();
  const { rows } = await database.pool.query<{ name: string }>(
    `select relname || coalesce('.' || attname, '') as name
     from pg_class
     cross join lateral (select null::name as attname, 0::smallint as attnum
                         union all
                         select attname, attnum from pg_attribute
                         where attrelid = pg_class.oid and attnum > 0 and not attisdropped) as part
     where relnamespace = 'analyst'::regnamespace and coalesce(col_description(pg_class.oid, attnum), '') = ''
     union all
     select proname from pg_proc
     where pronamespace = 'analyst'::regnamespace and coalesce(obj_description(oid, 'pg_proc'), '') = ''
     order by name`,
  );
  expect(rows.map(({ name }) => name)).toEqual([]);
  const { rows: views } = await database.pool.query("select from pg_views where schemaname = 'analyst'");
  expect(views.length).toBeGreaterThan(10);
});

test("names keys of patients, studies and images in image_key alone", async () => {
  await using database = await createTestDatabase();
  const { rows } = await database.pool.query<{ table_name: string }>(
    `select distinct table_name::text from information_schema.columns
     where table_schema = 'analyst' and column_name::text = any ('{object_key,study_key,patient_key}')`,
  );
  expect(rows).toEqual([{ table_name: "image_key" }]);
});

test("lets a read-only role read every view but the keys, call the functions, and nothing else", async () => {
  await using database = await createTestDatabase();
  await withRole(database, async (role) => {
    expect(await grantReadonly(database, { role, withKeys: false })).toEqual({ created: true });
    const { rows: views } = await database.pool.query<{ viewname: string }>(
      "select viewname::text from pg_views where schemaname = 'analyst' and viewname <> 'image_key'",
    );
    await asRole(database, role, async (client) => {
      for (const { viewname } of views) await client.query(`select * from analyst.${viewname}`);
      await client.query("select * from analyst.image_outcome('archive', 'scorer', 0.22, 1.5)");
      await client.query("select * from analyst.study_outcome('archive', 'scorer', 0.22, rule => 'mean')");
      for (const statement of [
        "select * from analyst.image_key",
        "select patient_key from public.study",
        "select * from public.prediction",
        "insert into public.dataset (name, root, layout) values ('x', '', 'folder')",
        "update analyst.dataset set dataset = 'x'",
        "delete from analyst.dataset",
        "create table public.mine (id int)",
        "create table analyst.mine (id int)",
      ]) {
        expect([statement, await failureOf(client.query(statement))]).toEqual([statement, PERMISSION_DENIED]);
      }
    });
  });
});

test("logs the role in read-only, with the views on its path and no password", async () => {
  await using database = await createTestDatabase();
  await withRole(database, async (role) => {
    await grantReadonly(database, { role, withKeys: false });
    const { rows } = await database.pool.query<{
      rolcanlogin: boolean;
      no_password: boolean;
      settings: string[];
    }>(
      `select rolcanlogin, rolpassword is null as no_password, setconfig as settings
       from pg_authid join pg_db_role_setting on setrole = oid where rolname = $1`,
      [role],
    );
    expect(rows).toEqual([
      {
        rolcanlogin: true,
        no_password: true,
        settings: ["default_transaction_read_only=on", "search_path=analyst, public"],
      },
    ]);
    await asRole(database, role, async (client) => {
      await client.query("set default_transaction_read_only = on");
      expect(await failureOf(client.query("create temporary table mine (id int)"))).toBe(READ_ONLY);
    });
  });
});

test("grants the keys when asked, and takes them back when not asked again", async () => {
  await using database = await createTestDatabase();
  await withRole(database, async (role) => {
    const readKeys = () =>
      asRole(database, role, (client) => failureOf(client.query("select * from analyst.image_key")));
    await grantReadonly(database, { role, withKeys: true });
    expect(await readKeys()).toBe("none");
    expect(await grantReadonly(database, { role, withKeys: false })).toEqual({ created: false });
    expect(await readKeys()).toBe(PERMISSION_DENIED);
  });
});

test.each(["", "Reader", "pg_reader", 'x"; drop table study; --', "a".repeat(64)])(
  "refuses the role %j",
  async (role) => {
    await using database = await createTestDatabase();
    await expect(grantReadonly(database, { role, withKeys: false })).rejects.toMatchObject({
      code: "BAD_ARGUMENT",
      field: "--role",
    });
  },
);

test("refuses a role that no grant could hold back", async () => {
  await using database = await createTestDatabase();
  const { rows } = await database.pool.query<{ name: string }>("select current_user::text as name");
  await expect(grantReadonly(database, { role: rows[0]?.name ?? "", withKeys: false })).rejects.toMatchObject(
    {
      code: "BAD_ARGUMENT",
    },
  );
});
