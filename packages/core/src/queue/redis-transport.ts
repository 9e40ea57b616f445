import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { CONNECT_TIMEOUT_MS, queueUnavailable, type QueueConnection } from "./connection.ts";
import { withDeadline } from "./deadline.ts";
import { tracedBy, type QueueTransport, type TransportOptions } from "./transport.ts";

const PREFIX = "hairline";
const MINIMUM_MAJOR_VERSION = 6;

/**
 * BullMQ on Redis: one connection for all producers, one for all workers, and a blocking one that BullMQ adds for
 * each worker. Producers give up on a lost server after three reconnects, so a command fails in bounded time;
 * workers wait for it as long as it takes.
 *
 * @throws HairlineError QUEUE_UNAVAILABLE
 */
export async function openRedisTransport(
  connection: QueueConnection,
  { onWarning = () => {}, telemetry }: TransportOptions = {},
): Promise<QueueTransport> {
  const producer = await connect(connection);
  await inspectServer(connection, producer, onWarning).catch((error: unknown) => {
    producer.disconnect();
    throw error;
  });
  const copies: Redis[] = [];
  let consumer: Redis | undefined;
  return {
    createQueue: (name) => new Queue(name, { connection: producer, prefix: PREFIX, ...tracedBy(telemetry) }),
    createWorker(name, processor, settings) {
      consumer ??= trackCopies(producer.duplicate({ maxRetriesPerRequest: null }), copies);
      const options = { ...settings, connection: consumer, prefix: PREFIX, ...tracedBy(telemetry) };
      return new Worker(name, processor, options);
    },
    async close() {
      await Promise.all([quit(producer), consumer === undefined ? undefined : quit(consumer)]);
      for (const copy of copies) copy.disconnect();
    },
  };
}

/**
 * Notes every copy BullMQ makes of the client for blocking reads. When the server is lost BullMQ cannot close them,
 * and their reconnecting would keep the process alive.
 */
function trackCopies(client: Redis, copies: Redis[]): Redis {
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (options) => {
    const copy = duplicate(options);
    copies.push(copy);
    return copy;
  };
  return client.on("error", () => {});
}

async function connect(connection: QueueConnection): Promise<Redis> {
  let connected = false;
  let lastError: unknown;
  const client = new Redis(connection.url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 3,
    // No retry before the first success: a wrong REDIS_URL is told at once.
    retryStrategy: (times) => (connected ? Math.min(times * 200, 2_000) : null),
  });
  // ioredis rejects with "Connection is closed" and tells the reason only here.
  client.on("error", (error) => {
    lastError = error;
  });
  try {
    await withDeadline(client.connect(), CONNECT_TIMEOUT_MS, () => new Error("no answer"));
  } catch (error) {
    client.disconnect();
    throw queueUnavailable(connection, "did not accept a connection", lastError ?? error);
  }
  connected = true;
  return client;
}

async function inspectServer(
  connection: QueueConnection,
  client: Redis,
  warn: (message: string) => void,
): Promise<void> {
  const answer = await withDeadline(client.info(), CONNECT_TIMEOUT_MS, () => new Error("no answer")).catch(
    (error: unknown) => {
      throw queueUnavailable(connection, "did not tell its version", error);
    },
  );
  const version = /^redis_version:(\S+)/m.exec(answer)?.[1];
  if (version !== undefined && Number.parseInt(version, 10) < MINIMUM_MAJOR_VERSION) {
    throw queueUnavailable(
      connection,
      `is version ${version}; ${MINIMUM_MAJOR_VERSION}.2 or newer is needed`,
    );
  }
  const policy = /^maxmemory_policy:(\S+)/m.exec(answer)?.[1];
  if (policy !== undefined && policy !== "noeviction") {
    warn(
      `Redis may evict queued jobs: its maxmemory-policy is ${policy}. Set it to noeviction; until then the ` +
        "scheduler puts lost jobs back.",
    );
  }
}

/** QUIT waits for a reply that a lost server never gives. */
async function quit(client: Redis): Promise<void> {
  if (client.status === "ready") {
    await withDeadline(client.quit(), 1_000, () => new Error("no answer")).catch(() => {});
  }
  client.disconnect();
}
