export { cancelRun, pauseRun, resumeRun, setRunPriority, type RunControl } from "./control-run.ts";
export { readDatasetLedger, type DatasetLedger } from "./dataset-ledger.ts";
export { forecastRun, type ForecastOptions, type MeasuredRate, type RunForecast } from "./forecast-run.ts";
export { listRuns, type RunSummary } from "./list-runs.ts";
export { enqueueShards, readOpenShards, type OpenShard } from "./open-shards.ts";
export { DEFAULT_SHARD_SIZE, openRun, type OpenedRun, type OpenRunOptions } from "./open-run.ts";
export { parsePriority, RUN_PRIORITIES, type RunPriority } from "./priority.ts";
export { retryQuarantined } from "./retry-quarantined.ts";
export {
  countQuarantine,
  readRunProgress,
  requireBalancedLedger,
  type QuarantineCount,
  type RunProgress,
  type RunState,
} from "./run-progress.ts";
