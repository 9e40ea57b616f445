import pg from "pg";

/** "hairline" in ASCII, cut to 31 bits. */
const LEASE_KEY = 0x68_61_69_72;

/**
 * A process's claim that it uses the server: a shared advisory lock on a connection of its own. The claim of
 * a killed process ends with its socket, so counting users needs no file that could go stale.
 */
export interface Lease {
  /** Ends the claim; true when no other process holds one. */
  release(): Promise<boolean>;
}

/** pg's Client keeps the process alive or not like a socket does; its type declarations leave that out. */
type LeaseClient = pg.Client & { ref(): void; unref(): void };

export async function takeLease(connection: pg.ClientConfig): Promise<Lease> {
  const client = new pg.Client({
    ...connection,
    database: "postgres",
    application_name: "hairline lease",
  }) as LeaseClient;
  // A server that dies takes its leases along; those who use it hear of it from their own connections.
  client.on("error", () => undefined);
  await client.connect();
  await client.query("select pg_advisory_lock_shared($1)", [LEASE_KEY]);
  client.unref();
  return { release: () => releaseLease(client) };
}

async function releaseLease(client: LeaseClient): Promise<boolean> {
  client.ref();
  try {
    await client.query("select pg_advisory_unlock_shared($1)", [LEASE_KEY]);
    const { rows } = await client.query<{ last: boolean }>("select pg_try_advisory_lock($1) as last", [
      LEASE_KEY,
    ]);
    return rows[0]?.last === true;
  } catch {
    // The server is gone already: nobody uses it.
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}
