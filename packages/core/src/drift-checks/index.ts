export { checkDrift, type DriftRequest } from "./check-drift.ts";
export {
  type CheckedWindow,
  type DriftCheck,
  type DriftCheckQuery,
  listDriftChecks,
} from "./drift-check-store.ts";
