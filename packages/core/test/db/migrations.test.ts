import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { temporaryFolder } from "@hairline/core/testing";
import { expect, test } from "vitest";

import { readMigrations } from "../../src/db/migrations.ts";

async function folderWith(path: string, files: Record<string, string>): Promise<URL> {
  await mkdir(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return pathToFileURL(`${path}/`);
}

test("reads numbered files in order and passes others by", async () => {
  await using folder = await temporaryFolder();
  const files = { "0002_b.sql": "select 2", "0001_a.sql": "select 1", "README.md": "notes" };
  const migrations = readMigrations(await folderWith(folder.path, files));
  expect(migrations.map(({ version, name, sql }) => [version, name, sql])).toEqual([
    [1, "0001_a.sql", "select 1"],
    [2, "0002_b.sql", "select 2"],
  ]);
});

test("gives a file the same checksum with Windows line ends", async () => {
  await using folder = await temporaryFolder();
  const unix = await folderWith(join(folder.path, "unix"), { "0001_a.sql": "select 1;\nselect 2;\n" });
  const windows = await folderWith(join(folder.path, "windows"), {
    "0001_a.sql": "select 1;\r\nselect 2;\r\n",
  });
  expect(readMigrations(windows)).toEqual(readMigrations(unix));
});

test.for([
  ["a number given twice", ["0001_a.sql", "0001_b.sql"], "0001_b.sql"],
  ["a gap", ["0001_a.sql", "0003_c.sql"], "0003_c.sql"],
  ["a name without a number", ["facts.sql"], "facts.sql"],
] as const)("refuses %s", async ([, names, file]) => {
  await using folder = await temporaryFolder();
  const url = await folderWith(folder.path, Object.fromEntries(names.map((name) => [name, ""])));
  expect(() => readMigrations(url)).toThrow(
    expect.objectContaining({ code: "DATABASE_MIGRATION_FAILED", file }),
  );
});
