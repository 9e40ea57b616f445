import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { registerDb } from "../../src/commands/db.ts";
import { openBench } from "./bench.ts";

test("makes a role that reads the analyst's views, and says where", async () => {
  await using bench = await openBench(registerDb);
  const role = `reader_${randomUUID().replaceAll("-", "")}`;
  try {
    const { stdout, stderr } = await bench.hairline("db", "grant-readonly", "--role", role);
    expect(stdout).toMatch(
      new RegExp(
        `^${role}, a new role without a password, reads the schema analyst without its keys in test_`,
      ),
    );
    expect(stderr).toContain(`\\password ${role}`);
    expect(stdout).not.toContain(new URL(bench.database.url).password);
    const { stdout: json } = await bench.hairline(
      "db",
      "grant-readonly",
      "--role",
      role,
      "--with-keys",
      "--json",
    );
    expect(JSON.parse(json)).toMatchObject({ role, created: false, withKeys: true });
    const { rows } = await bench.database.pool.query(
      "select has_table_privilege($1, 'analyst.image_key', 'select') as keys",
      [role],
    );
    expect(rows).toEqual([{ keys: true }]);
  } finally {
    await bench.database.pool.query(`drop owned by ${role}`);
    await bench.database.pool.query(`drop role ${role}`);
  }
});

test("refuses a name that is no role's", async () => {
  await using bench = await openBench(registerDb);
  await expect(bench.hairline("db", "grant-readonly", "--role", "pg_monitor")).rejects.toMatchObject({
    code: "BAD_ARGUMENT",
    field: "--role",
  });
});
