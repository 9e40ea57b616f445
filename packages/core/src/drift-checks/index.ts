export { checkDrift, type DriftRequest } from "./check-drift.ts";
export { checkNewRuns, DRIFT_SETTINGS, type DriftSettings, type NewRunsChecked } from "./check-new-runs.ts";
export {
  type CheckedWindow,
  type DriftCheck,
  type DriftCheckQuery,
  listDriftChecks,
} from "./drift-check-store.ts";
export { policyInForce } from "./policy-in-force.ts";
