import type pg from "pg";
import type { Database } from "../db/index.ts";

/** A connection that sees the facts as they were when it was opened, until disposed. */
export interface Snapshot extends AsyncDisposable {
  readonly client: pg.PoolClient;
}

export interface SnapshotOptions {
  /** Another connection's `pg_export_snapshot()`, to see the facts as that one does. */
  readonly exported?: string | undefined;
  /** Cancels what the connection runs when it aborts, on the server too; the statement rejects with code 57014. */
  readonly signal?: AbortSignal | undefined;
}

/** One snapshot of the facts, so that several queries of a reading agree while scoring goes on. Reads only. */
export async function openSnapshot(database: Database, options: SnapshotOptions = {}): Promise<Snapshot> {
  const client = await database.pool.connect();
  let broken: Error | undefined;
  // A connection lost between two queries emits an error, which without a listener would end the process.
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on("error", onError);
  let cancellation: AsyncDisposable | undefined;
  const dispose = async (): Promise<void> => {
    await cancellation?.[Symbol.asyncDispose]();
    await client.query("rollback").catch(onError);
    client.off("error", onError);
    client.release(broken);
  };
  try {
    await client.query("begin isolation level repeatable read, read only");
    // The statement takes no parameters; the name is the server's own, hexadecimal digits and dashes.
    if (options.exported !== undefined)
      await client.query(`set transaction snapshot ${client.escapeLiteral(options.exported)}`);
    cancellation = await cancelWith(database, client, options.signal);
  } catch (error) {
    await dispose();
    throw error;
  }
  return { client, [Symbol.asyncDispose]: dispose };
}

/** The snapshot a request brings, left open for whoever opened it, or else a new one. */
export function snapshotOf({
  database,
  snapshot,
  signal,
}: {
  readonly database: Database;
  readonly snapshot?: Snapshot | undefined;
  readonly signal?: AbortSignal | undefined;
}): Promise<Snapshot> {
  if (snapshot === undefined) return openSnapshot(database, { signal });
  return Promise.resolve({ client: snapshot.client, [Symbol.asyncDispose]: () => Promise.resolve() });
}

/** Cancels what a connection runs when the signal aborts, until disposed. */
async function cancelWith(
  { pool }: Database,
  client: pg.PoolClient,
  signal: AbortSignal | undefined,
): Promise<AsyncDisposable | undefined> {
  if (signal === undefined) return undefined;
  signal.throwIfAborted();
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  let cancelling: Promise<unknown> = Promise.resolve();
  const cancel = (): void => {
    // When it fails, the server is gone or going, and so is the statement.
    cancelling = pool.query("select pg_cancel_backend($1)", [rows[0]?.pid]).catch(() => undefined);
  };
  signal.addEventListener("abort", cancel, { once: true });
  return {
    // Awaited, so that a late request cannot meet the connection's next statement.
    async [Symbol.asyncDispose]() {
      signal.removeEventListener("abort", cancel);
      await cancelling;
    },
  };
}
