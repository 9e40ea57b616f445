import pg from "pg";

/** "hair" in ASCII; leases live in the database `postgres`, apart from the locks of applications. */
const LEASE_KEY = 0x68_61_69_72;

/** pg's Client keeps the process alive or not like a socket does; its type declarations leave that out. */
type LeaseClient = pg.Client & { ref(): void; unref(): void };

/**
 * A process's claim that it uses the server: a shared advisory lock on a connection of its own. The claim of
 * a killed process ends with its socket, so counting users needs no file that could go stale.
 */
export interface Lease {
  release(): Promise<void>;
}

export async function takeLease(connection: pg.ClientConfig): Promise<Lease> {
  const client = await connect(connection);
  await client.query("select pg_advisory_lock_shared($1)", [LEASE_KEY]);
  client.unref();
  return { release: () => release(client) };
}

/** True when no process holds a lease on the server. */
export async function isUnused(connection: pg.ClientConfig): Promise<boolean> {
  const client = await connect(connection);
  try {
    const { rows } = await client.query<{ unused: boolean }>("select pg_try_advisory_lock($1) as unused", [
      LEASE_KEY,
    ]);
    return rows[0]?.unused === true;
  } finally {
    await client.end();
  }
}

async function connect(connection: pg.ClientConfig): Promise<LeaseClient> {
  const client = new pg.Client({ ...connection, database: "postgres", application_name: "hairline lease" });
  // A server that dies takes its leases along; those who use it hear of it from their own connections.
  client.on("error", () => undefined);
  await client.connect();
  return client as LeaseClient;
}

/** Unlocks before closing: the server notices a closed socket only a moment later. */
async function release(client: LeaseClient): Promise<void> {
  client.ref();
  try {
    await client.query("select pg_advisory_unlock_shared($1)", [LEASE_KEY]);
    await client.end();
  } catch {
    // The server has died or was restarted since: the lease is gone with its connection.
  }
}
