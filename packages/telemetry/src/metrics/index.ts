export { Counter, Gauge, Histogram, Registry } from "prom-client";
export { freshFor } from "./fresh-for.ts";
export { collectGpuMemory, parseGpuMemory, type GpuMemory } from "./gpu-memory.ts";
export { DURATION_BUCKETS, createRegistry } from "./registry.ts";
export { readingGauge, type ReadingGaugeOptions } from "./reading-gauge.ts";
