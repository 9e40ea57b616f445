import { collectDefaultMetrics, Gauge, Registry } from "prom-client";

/** Seconds: from a cached image to the slowest shard, about three to a decade. */
export const DURATION_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

export interface RegistryOptions {
  readonly role: string;
  readonly version: string;
}

/**
 * A registry of its own for each process, never prom-client's global one, so that tests can hold several. Comes with
 * what Node tells of itself: processor, memory, event-loop delay, garbage collection.
 */
export function createRegistry({ role, version }: RegistryOptions): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: "hairline_build_info",
    help: "1; its labels say which role and release this is.",
    labelNames: ["role", "version"],
    registers: [registry],
  }).set({ role, version }, 1);
  return registry;
}
