export { cancelSweep, executeSweep, failSweep, type SweepExecution } from "./execute-sweep.ts";
export { requestSweep, type RequestedSweep } from "./request-sweep.ts";
export { readResult } from "./sweep-counts.ts";
export { listSweeps, readSweepRow, SWEEP_STATES, type StoredSweep, type SweepState } from "./sweep-row.ts";
export type { ResolvedSpec, SweepSpec } from "./sweep-spec.ts";
