import { readFile } from "node:fs/promises";

import { createTestDatabase } from "@hairline/core/testing";
import { expect, test } from "vitest";

const HEADER =
  "-- The schema that the migrations make. Written by `npx vitest run test/db/schema-snapshot -u`.";

test("migrates to the committed schema", async () => {
  await using database = await createTestDatabase();
  const statement = await readFile(new URL("describe-schema.sql", import.meta.url), "utf8");
  const { rows } = await database.pool.query<{ text: string }>(statement);
  const text = [HEADER, ...rows.map((row) => row.text.trimEnd())].join("\n");
  await expect(`${text}\n`).toMatchFileSnapshot("schema.txt");
});
