import { createPostgresBackend, Queue, runMigrations, Worker } from "bullmq";
import pg from "pg";
import { CONNECT_TIMEOUT_MS, queueUnavailable, type QueueConnection } from "./connection.ts";
import {
  tracedBy,
  type JobQueue,
  type JobWorker,
  type QueueTransport,
  type TransportOptions,
} from "./transport.ts";

/** BullMQ's tables live beside the facts, in a schema of their own. */
const SCHEMA = "hairline_queue";

/** Connections a queue or worker may hold; a worker adds one for LISTEN. Each closes after 10 s without use. */
const POOL_SIZE = 2;

/**
 * BullMQ on PostgreSQL 13 or newer. Brings its schema up to date first, under BullMQ's transaction-level advisory
 * lock, so processes that start together do not collide.
 *
 * @throws HairlineError QUEUE_UNAVAILABLE
 */
export async function openPostgresTransport(
  connection: QueueConnection,
  { telemetry }: TransportOptions = {},
): Promise<QueueTransport> {
  await migrateQueueSchema(connection);
  const poolOptions = {
    connectionString: connection.url,
    schema: SCHEMA,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  };
  // BullMQ's classes carry their backend in their type; JobQueue and JobWorker name only what both backends share.
  return {
    createQueue: (name) =>
      new Queue(
        name,
        { connection: poolOptions, ...tracedBy(telemetry) },
        createPostgresBackend,
      ) as unknown as JobQueue,
    createWorker(name, processor, settings) {
      const options = { ...settings, connection: poolOptions, ...tracedBy(telemetry) };
      return new Worker(name, processor, options, createPostgresBackend) as unknown as JobWorker;
    },
    close: async () => {},
  };
}

async function migrateQueueSchema(connection: QueueConnection): Promise<void> {
  const client = new pg.Client({
    connectionString: connection.url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // A connection that drops between two statements is reported by the statement after it.
  client.on("error", () => {});
  try {
    await client.connect();
    await runMigrations(client, SCHEMA);
  } catch (error) {
    throw queueUnavailable(connection, "could not be set up for queueing", error);
  } finally {
    await client.end();
  }
}
