import { createTestDatabase } from "@hairline/core/testing";
import type { Database } from "@hairline/core/db";
import { expect, test } from "vitest";
import { describeTable, EXPORT_TABLES } from "../../src/exports/index.ts";

const HEADER = `# Data dictionary

Written by \`npx vitest run test/exports/dictionary -u\` in packages/core, from the tables that commands export and from the
comments of the database. A float32 (real) is compared with a threshold rounded to float32, so that 0.22 meets 0.22.
Undefined is null, never NaN.

Reading it in psql: \`hairline db grant-readonly --role analyst\` makes a role that reads the schema \`analyst\` and nothing
else; \`\\d+ analyst.image_fact\` shows these comments there.`;

interface Described {
  readonly name: string;
  readonly comment: string;
  readonly columns:
    readonly { readonly name: string; readonly type: string; readonly comment: string }[] | null;
}

/** Views of the schema analyst with their columns, then its functions, each with its comment. */
async function describeAnalyst(database: Database): Promise<Described[]> {
  const { rows } = await database.pool.query<Described>(
    `select * from (
       select relname::text as name,
              obj_description(oid, 'pg_class') as comment,
              (select json_agg(json_build_object('name', attname, 'type', format_type(atttypid, atttypmod),
                                                 'comment', col_description(attrelid, attnum)) order by attnum)
               from pg_attribute where attrelid = pg_class.oid and attnum > 0 and not attisdropped) as columns
       from pg_class where relnamespace = 'analyst'::regnamespace and relkind = 'v'
       union all
       select proname || '(' || pg_get_function_arguments(oid) || ')', obj_description(oid, 'pg_proc'), null
       from pg_proc where pronamespace = 'analyst'::regnamespace
     ) as part
     order by columns is null, name collate "C"`,
  );
  return rows;
}

function describeView({ name, comment, columns }: Described): string {
  if (columns === null) return `### \`analyst.${name.replace("(", "`\n\n`(")}\`\n\n${comment}`;
  const lines = columns.map((column) => `| \`${column.name}\` | ${column.type} | ${column.comment} |`);
  return [
    `### \`analyst.${name}\``,
    "",
    comment,
    "",
    "| Column | Type | Meaning |",
    "| --- | --- | --- |",
    ...lines,
  ].join("\n");
}

test("keeps docs/DATA-DICTIONARY.md equal to the exports and the database", async () => {
  await using database = await createTestDatabase();
  const exports = EXPORT_TABLES.map(
    (table) => `### ${table.name}\n\n${table.description}\n\n${describeTable(table)}`,
  );
  const views = (await describeAnalyst(database)).map(describeView);
  const text = [HEADER, "## Exported tables", ...exports, "## Views and functions", ...views].join("\n\n");
  await expect(`${text}\n`).toMatchFileSnapshot("../../../../docs/DATA-DICTIONARY.md");
});

test("explains every column once and in a sentence", () => {
  for (const { columns } of EXPORT_TABLES) {
    expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length);
    for (const { description } of columns) expect(description).toMatch(/^[A-Z0-9a-z].*\.$/);
  }
});
