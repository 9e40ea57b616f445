import type pg from "pg";

/**
 * Runs `work` on one connection of the pool. After a failure the connection is closed rather than reused, so
 * that nothing of it (an open transaction, a session's lock or setting) reaches the next user.
 */
export async function withClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // A connection lost between two queries emits an error, which without a listener would end the process;
  // the next query on it rejects.
  const ignore = (): void => undefined;
  client.on("error", ignore);
  let failed = true;
  try {
    const result = await work(client);
    failed = false;
    return result;
  } finally {
    client.off("error", ignore);
    client.release(failed);
  }
}
