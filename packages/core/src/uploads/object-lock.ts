import type pg from "pg";

/**
 * Holds an object until the transaction ends: whoever stores it and whoever deletes it take turns, so that neither
 * goes by what the other is about to change.
 */
export async function lockObject(
  client: pg.ClientBase,
  { root, objectKey }: { readonly root: string; readonly objectKey: string },
): Promise<void> {
  await client.query("select pg_advisory_xact_lock(hashtextextended($1, 1213221964))", [
    `${root}\n${objectKey}`,
  ]);
}
