import type pg from "pg";
import type { Database } from "../db/index.ts";

/** A connection that sees the facts as they were when it was opened, until disposed. */
export interface Snapshot extends AsyncDisposable {
  readonly client: pg.PoolClient;
}

/**
 * One snapshot of the facts, so that several queries of a reading agree while scoring goes on. Reads only.
 *
 * @param exported another connection's `pg_export_snapshot()`, to see the facts as that one does
 */
export async function openSnapshot(database: Database, exported?: string): Promise<Snapshot> {
  const client = await database.pool.connect();
  let broken: Error | undefined;
  // A connection lost between two queries emits an error, which without a listener would end the process.
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on("error", onError);
  const dispose = async (): Promise<void> => {
    await client.query("rollback").catch(onError);
    client.off("error", onError);
    client.release(broken);
  };
  try {
    await client.query("begin isolation level repeatable read, read only");
    // The statement takes no parameters; the name is the server's own, hexadecimal digits and dashes.
    if (exported !== undefined)
      await client.query(`set transaction snapshot ${client.escapeLiteral(exported)}`);
  } catch (error) {
    await dispose();
    throw error;
  }
  return { client, [Symbol.asyncDispose]: dispose };
}
