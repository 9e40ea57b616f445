import type { QueueState } from "@hairline/core/monitoring";
import { JOB_PRIORITIES } from "@hairline/core/queue";
import { readingGauge, type Registry } from "@hairline/telemetry/metrics";

const STATES = ["waiting", "active", "delayed", "failed"] as const;

/** How full the queues are: the same from every API process. */
export function collectQueueMetrics(
  registry: Registry,
  read: () => Promise<readonly QueueState[] | undefined>,
): void {
  readingGauge<readonly QueueState[], "queue" | "state">({
    registry,
    read,
    name: "hairline_queue_jobs",
    help: "Jobs of a queue by state; failed ones are the dead letters.",
    labelNames: ["queue", "state"],
    fill(gauge, queues) {
      for (const { queue, counts } of queues)
        for (const state of STATES) gauge.set({ queue, state }, counts[state]);
    },
  });
  readingGauge<readonly QueueState[], "queue" | "priority">({
    registry,
    read,
    name: "hairline_queue_waiting_jobs",
    help: "Jobs of a queue that are ready to be taken, by priority.",
    labelNames: ["queue", "priority"],
    fill(gauge, queues) {
      for (const { queue, waiting } of queues)
        for (const priority of JOB_PRIORITIES) gauge.set({ queue, priority }, waiting[priority]);
    },
  });
}
