import { VERSION } from "@hairline/core/version";
import type { EngineName } from "@hairline/model/engine";
import { collectGpuMemory, createRegistry } from "@hairline/telemetry/metrics";
import { startProbeServer, type ReadinessChecks } from "@hairline/telemetry/probes";
import { startTracing, type Tracing } from "@hairline/telemetry/tracing";
import type { WorkerConfig } from "./config.ts";
import type { Logger } from "./log.ts";
import { ScoringMetrics } from "./metrics/scoring-metrics.ts";

const ROLE = "worker-gpu";

const WITHOUT_GPU: ReadonlySet<EngineName> = new Set(["cpu", "tfjs"]);

/** What this process tells of itself, whatever it works on. */
export interface WorkerObserver {
  /** For the queues it opens, which carry the traces. */
  readonly queueTelemetry: Tracing["queues"];
  readonly scoring: ScoringMetrics;
  /** Serves metrics and probes, where a port is set for them. */
  serve(checks: ReadinessChecks): Promise<void>;
  /** After everything that is observed. */
  close(): Promise<void>;
}

export async function observeWorker(
  { telemetry: { metrics: address, traces }, engine: { engine } }: WorkerConfig,
  log: Logger,
): Promise<WorkerObserver> {
  const registry = createRegistry({ role: ROLE, version: VERSION });
  if (!WITHOUT_GPU.has(engine)) collectGpuMemory(registry);
  const scoring = new ScoringMetrics(registry);
  const onWarning = (message: string) => log.warn(message);
  const tracing = await startTracing({ role: ROLE, version: VERSION, ...traces, onWarning });
  let stopServing: (() => Promise<void>) | undefined;
  return {
    queueTelemetry: tracing.queues,
    scoring,
    async serve(checks) {
      if (address === undefined) return;
      const server = await startProbeServer({ ...address, registry, checks, log });
      stopServing = () => server.close();
    },
    async close() {
      await stopServing?.();
      await tracing.close();
    },
  };
}
