import type pg from "pg";

import { isUnanswered } from "./database-failure.ts";
import { withClient } from "./with-client.ts";

/** Runs `work` in one transaction: commits when it resolves, rolls back when it rejects. */
export function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return withClient(pool, async (client) => {
    await client.query("begin");
    try {
      const result = await work(client);
      await client.query("commit");
      return result;
    } catch (error) {
      // The first failure is the one to report; a connection that cannot roll back is gone, and its work too.
      if (!isUnanswered(error)) await client.query("rollback").catch(() => undefined);
      throw error;
    }
  });
}
