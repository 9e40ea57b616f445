import * as schema from "@hairline/core/db/schema";
import { createTestDatabase } from "@hairline/core/testing";
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { getTableConfig } from "drizzle-orm/pg-core";
import { expect, test } from "vitest";

interface Column {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly filled: "by default" | "always" | "never";
  readonly key: boolean;
}

const COLUMNS = `
  select relname as table, attname as name, format_type(atttypid, atttypmod) as type, attnotnull as required,
         case when attidentity = 'a' or attgenerated = 's' then 'always'
              when atthasdef then 'by default' else 'never' end as filled,
         coalesce(attnum = any(conkey), false) as key
  from pg_class
  join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
  left join pg_constraint on conrelid = pg_class.oid and contype = 'p'
  where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname <> 'schema_migration'
  order by relname collate "C", attnum`;

function columnsOf(table: (typeof schema)[keyof typeof schema]): [string, Column[]] {
  const { name, columns, primaryKeys } = getTableConfig(table);
  const keyed = new Set(primaryKeys.flatMap((key) => key.columns.map((column) => column.name)));
  const described = columns.map((column): Column => {
    const filled =
      (column.generatedIdentity ?? column.generated) ? "always" : column.hasDefault ? "by default" : "never";
    return {
      name: column.name,
      type: column.getSQLType(),
      required: column.notNull,
      filled,
      key: column.primary || keyed.has(column.name),
    };
  });
  return [name, described];
}

test("drizzle's tables are those that the migrations make", async () => {
  await using database = await createTestDatabase();
  const { rows } = await database.pool.query<Column & { table: string }>(COLUMNS);
  const made = new Map<string, Column[]>();
  for (const { table, ...column } of rows) made.set(table, [...(made.get(table) ?? []), column]);
  const declared = Object.values(schema).map(columnsOf);
  expect(Object.fromEntries(declared)).toEqual(Object.fromEntries(made));
});

test("reads and writes bytes, numbers, arrays and times through drizzle", async () => {
  await using database = await createTestDatabase();
  const orm = drizzle({ client: database.pool, schema });
  const [made] = await orm
    .insert(schema.model)
    .values({ name: "m", kind: "external", alphas: [0.5] })
    .returning();
  expect(made).toMatchObject({ id: 1, alphas: [0.5], weightsSha256: null });
  const hash = Uint8Array.from([0, 127, 255]);
  await orm.update(schema.model).set({ weightsSha256: hash }).where(eq(schema.model.name, "m"));
  const [read] = await orm.select().from(schema.model);
  expect(Uint8Array.from(read?.weightsSha256 ?? [])).toEqual(hash);
  expect(read?.createdAt).toBeInstanceOf(Date);
});
