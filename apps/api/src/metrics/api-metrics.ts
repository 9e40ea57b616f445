import { setTimeout as wait } from "node:timers/promises";
import type { Database } from "@hairline/core/db";
import { HairlineError, toHairlineError } from "@hairline/core/errors";
import { readArchiveState, readQueueState } from "@hairline/core/monitoring";
import type { Queues } from "@hairline/core/queue";
import { VERSION } from "@hairline/core/version";
import {
  createRegistry,
  DURATION_BUCKETS,
  freshFor,
  Gauge,
  Histogram,
  type Registry,
} from "@hairline/telemetry/metrics";
import { collectArchiveMetrics } from "./archive-metrics.ts";
import { collectQueueMetrics } from "./queue-metrics.ts";

export interface ApiMetricsOptions {
  readonly database: Database;
  readonly queues: Queues;
  /** Told when a source can no longer be read, and again only after it could. */
  readonly onFailure: (source: string, code: string) => void;
}

/** A scrape every few seconds, from however many servers, reads the database once in so long. */
const FRESH_MS = 5_000;

/** Below the ten seconds that Prometheus waits for a scrape. */
const READING_MS = 6_000;

export type RequestTimer = Histogram<"method" | "route" | "status">;

export interface ApiMetrics {
  readonly registry: Registry;
  readonly requests: RequestTimer;
}

/** The API's own metrics, and those of the whole installation, which it alone reads. */
export function createApiMetrics({ database, queues, onFailure }: ApiMetricsOptions): ApiMetrics {
  const registry = createRegistry({ role: "api", version: VERSION });
  const readers = {
    database: reported("database", () => readArchiveState(database), onFailure),
    queue: reported("queue", () => readQueueState(queues), onFailure),
  };
  const up: Gauge<"source"> = new Gauge({
    name: "hairline_reading_up",
    help: "1 when the source of the installation's readings answers, 0 when its series are missing.",
    labelNames: ["source"],
    registers: [registry],
    async collect() {
      for (const [source, read] of Object.entries(readers))
        up.set({ source }, (await read()) === undefined ? 0 : 1);
    },
  });
  collectArchiveMetrics(registry, readers.database);
  collectQueueMetrics(registry, readers.queue);
  const requests: RequestTimer = new Histogram({
    name: "hairline_http_request_seconds",
    help: "Requests by method, pattern of the route and status; streams count until they end.",
    labelNames: ["method", "route", "status"],
    buckets: DURATION_BUCKETS,
    registers: [registry],
  });
  return { registry, requests };
}

/** The reading, shared while it is fresh; undefined, and told once, while it cannot be taken in time. */
function reported<T>(
  source: string,
  read: () => Promise<T>,
  onFailure: ApiMetricsOptions["onFailure"],
): () => Promise<T | undefined> {
  let failing = false;
  return freshFor(FRESH_MS, async () => {
    try {
      const reading = await inTime(read);
      failing = false;
      return reading;
    } catch (error) {
      if (!failing) onFailure(source, toHairlineError(error).code);
      failing = true;
      return undefined;
    }
  });
}

/** @throws HairlineError JOB_TIMEOUT, so that a server that says nothing does not hold up a scrape */
async function inTime<T>(read: () => Promise<T>): Promise<T> {
  const answered = new AbortController();
  const late = wait(READING_MS, undefined, { signal: answered.signal }).then(() => {
    throw new HairlineError("JOB_TIMEOUT", `No reading within ${READING_MS} ms.`);
  });
  try {
    return await Promise.race([read(), late]);
  } finally {
    answered.abort();
  }
}
