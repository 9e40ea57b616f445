import { VERSION } from "@hairline/core/version";
import { collectGpuMemory, createRegistry, type Registry } from "@hairline/telemetry/metrics";
import { startProbeServer, type ProbeServer, type ReadinessChecks } from "@hairline/telemetry/probes";
import { startTracing, type Tracing } from "@hairline/telemetry/tracing";
import type { EngineName } from "@hairline/model/engine";
import type { WorkerConfig } from "./config.ts";
import type { Logger } from "./log.ts";
import { ScoringMetrics } from "./metrics/scoring-metrics.ts";

const ROLE = "worker-gpu";

/** Before the queues are opened, which carry the traces. */
export function traceWorker({ telemetry }: WorkerConfig, log: Logger): Promise<Tracing> {
  const onWarning = (message: string) => log.warn(message);
  return startTracing({ role: ROLE, version: VERSION, ...telemetry.traces, onWarning });
}

export interface WorkerMetrics {
  readonly registry: Registry;
  readonly scoring: ScoringMetrics;
}

const WITHOUT_GPU: ReadonlySet<EngineName> = new Set(["cpu", "tfjs"]);

export function createWorkerMetrics(engine: EngineName): WorkerMetrics {
  const registry = createRegistry({ role: ROLE, version: VERSION });
  if (!WITHOUT_GPU.has(engine)) collectGpuMemory(registry);
  return { registry, scoring: new ScoringMetrics(registry) };
}

/** @returns undefined where no port is set for it */
export async function serveProbes(
  { telemetry: { metrics } }: WorkerConfig,
  served: { readonly registry: Registry; readonly checks: ReadinessChecks; readonly log: Logger },
): Promise<ProbeServer | undefined> {
  return metrics === undefined ? undefined : startProbeServer({ ...metrics, ...served });
}
