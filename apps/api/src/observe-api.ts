import type { Database } from "@hairline/core/db";
import type { Queues } from "@hairline/core/queue";
import { VERSION } from "@hairline/core/version";
import { readinessOf, startProbeServer } from "@hairline/telemetry/probes";
import { startTracing, type Tracing } from "@hairline/telemetry/tracing";
import type { ApiConfig } from "./config.ts";
import type { Logger } from "./log.ts";
import { createApiMetrics, type RequestTimer } from "./metrics/api-metrics.ts";

/** Before the queues are opened, which carry the traces. */
export function traceApi({ telemetry }: ApiConfig, log: Logger): Promise<Tracing> {
  const onWarning = (message: string) => log.warn(message);
  return startTracing({ role: "api", version: VERSION, ...telemetry.traces, onWarning });
}

export interface ObservedApi extends AsyncDisposable {
  /** Undefined where no port is set for metrics. */
  readonly requestTimer: RequestTimer | undefined;
}

/** Serves metrics and probes on a port of their own, beside the API's: they ask for no key. */
export async function observeApi(
  { telemetry: { metrics: address } }: ApiConfig,
  { database, queues, log }: { readonly database: Database; readonly queues: Queues; readonly log: Logger },
): Promise<ObservedApi> {
  if (address === undefined) return { requestTimer: undefined, async [Symbol.asyncDispose]() {} };
  const { registry, requests } = createApiMetrics({
    database,
    queues,
    onFailure: (source, code) => log.warn({ source, code }, "the installation's readings are missing"),
  });
  const checks = readinessOf({ database, queues });
  const probes = await startProbeServer({ ...address, registry, checks, log });
  return { requestTimer: requests, [Symbol.asyncDispose]: () => probes.close() };
}
