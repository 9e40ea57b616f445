export { Counter, Gauge, Histogram, Registry } from "prom-client";
export { collectGpuMemory, type GpuMemory } from "./gpu-memory.ts";
export { DURATION_BUCKETS, createRegistry } from "./registry.ts";
