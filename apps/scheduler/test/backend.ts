import type { Database } from "@hairline/core/db";
import { openQueues, type QueueConnection, type Queues } from "@hairline/core/queue";
import { createTestDatabase, startRedis } from "@hairline/core/testing";
import { createLog, type Logger } from "../src/log.ts";

export const BACKENDS = ["postgres", "redis"] as const;

/** A fresh database and queues on one of the backends, with all the scheduler's steps need. */
export interface Backend extends AsyncDisposable {
  readonly database: Database;
  readonly queues: Queues;
  readonly log: Logger;
  readonly connection: QueueConnection;
  /** Loses every job, as a server without persistence does when it is restarted. */
  wipe(): Promise<void>;
}

export async function openBackend(kind: (typeof BACKENDS)[number]): Promise<Backend> {
  const database = await createTestDatabase();
  const redis = kind === "redis" ? await startRedis() : undefined;
  const connection: QueueConnection =
    redis === undefined ? { kind: "postgres", url: database.url } : { kind: "redis", url: redis.url };
  const queues = await openQueues(connection);
  return {
    database,
    queues,
    log: createLog("silent"),
    connection,
    async wipe() {
      if (redis === undefined) await database.pool.query("truncate hairline_queue.job cascade");
      else await redis.restart();
    },
    async [Symbol.asyncDispose]() {
      await queues.close({ drainMs: 0 });
      await redis?.[Symbol.asyncDispose]();
      await database.close();
    },
  };
}
