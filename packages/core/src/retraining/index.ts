export { advanceRetraining, type AdvanceDeps } from "./advance.ts";
export { openRetraining, type OpenedRetraining } from "./open-retraining.ts";
export {
  listOpenRetrainings,
  listRetrainings,
  readRetraining,
  type Retraining,
  type RetrainingState,
} from "./retraining-row.ts";
export { RETRAINING_SETTINGS, type RetrainingSettings } from "./settings.ts";
