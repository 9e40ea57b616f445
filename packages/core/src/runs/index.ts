export { readDatasetLedger, type DatasetLedger } from "./dataset-ledger.ts";
export { listRuns, type RunSummary } from "./list-runs.ts";
export { DEFAULT_SHARD_SIZE, openRun, type OpenedRun, type OpenRunOptions } from "./open-run.ts";
export {
  countQuarantine,
  readRunProgress,
  requireBalancedLedger,
  type QuarantineCount,
  type RunProgress,
  type RunState,
} from "./run-progress.ts";
