import type pg from "pg";
import { inTransaction, type Database } from "../db/index.ts";

type VersionedTable = "calibrator" | "policy";

/** Runs `insert` with the next free version of a name, 1 at first; two writers at once get two versions. */
export function withNextVersion<T>(
  database: Database,
  { table, name }: { table: VersionedTable; name: string },
  insert: (client: pg.PoolClient, version: number) => Promise<T>,
): Promise<T> {
  return inTransaction(database.pool, async (client) =>
    insert(client, await nextVersion(client, table, name)),
  );
}

/** The next version of a name; its transaction holds others who want one back until it ends. */
export async function nextVersion(
  client: pg.PoolClient,
  table: VersionedTable,
  name: string,
): Promise<number> {
  await client.query(`lock table ${table} in share row exclusive mode`);
  const { rows } = await client.query<{ version: number }>(
    `select coalesce(max(version), 0)::int + 1 as version from ${table} where name = $1`,
    [name],
  );
  return rows[0]?.version ?? 1;
}
