export { DEFAULT_HEARTBEAT_MS, startHeartbeat, type Heartbeat, type HeartbeatOptions } from "./heartbeat.ts";
export { listWorkers, readRunWorkers, type RunWorkers, type WorkerReport } from "./list-workers.ts";
export { RateMeter } from "./rate-meter.ts";
export type {
  WorkerActivity,
  WorkerEngine,
  WorkerRegistration,
  WorkerRole,
  WorkerState,
  WorkerThreads,
} from "./worker.ts";
