import { readdirSync } from "node:fs";
import { loadSql } from "@hairline/core/db";
import { createTestDatabase } from "@hairline/core/testing";
import { expect, test } from "vitest";

const names = readdirSync(new URL("../../src/db/queries/", import.meta.url)).map((file) =>
  file.replace(/\.sql$/, ""),
);

/** The numbers of the parameters a text names, ranges (`$8 to $11`) filled in, ascending. */
function parametersOf(text: string): number[] {
  const found = [...text.matchAll(/\$(\d+)(?: to \$(\d+))?/g)].flatMap(([, first, last = first]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, at) => Number(first) + at),
  );
  return [...new Set(found)].sort((a, b) => a - b);
}

test("plans every query against the schema, parameters typed by their casts", async () => {
  await using database = await createTestDatabase();
  const faults: string[] = [];
  for (const name of names) {
    await database.pool
      .query(`explain (generic_plan) ${loadSql(name)}`)
      .catch((error: Error) => faults.push(`${name}: ${error.message}`));
  }
  expect(faults).toEqual([]);
  expect(names.length).toBeGreaterThan(30);
});

test.each(names)("names the parameters of %s in its header, from the first without gaps", (name) => {
  const lines = loadSql(name).split("\n");
  const body = lines.filter((line) => !line.trimStart().startsWith("--")).join("\n");
  const header = lines.filter((line) => line.startsWith("--")).join("\n");
  const used = parametersOf(body);
  expect(used).toEqual(used.map((_, at) => at + 1));
  expect(parametersOf(header)).toEqual(expect.arrayContaining(used));
});
