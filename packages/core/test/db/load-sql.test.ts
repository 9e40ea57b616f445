import { readdirSync } from "node:fs";

import { loadSql } from "@hairline/core/db";
import { expect, test } from "vitest";

const queries = readdirSync(new URL("../../src/db/queries/", import.meta.url));

test.for(queries)("finds %s, whose header gives question, parameters and row grain", (file) => {
  const sql = loadSql(file.replace(/\.sql$/, ""));
  expect(sql).toMatch(/^-- /);
  expect(sql).toMatch(/^-- Params: /m);
  expect(sql).toMatch(/^-- Rows: /m);
});

test.for(["no-such-query", "../migrations/0001_facts", "Triage", ""])("refuses the name %j", (name) => {
  expect(() => loadSql(name)).toThrow(expect.objectContaining({ code: "INTERNAL" }));
});
