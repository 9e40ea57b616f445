export type { AlphaSource } from "./alpha-source.ts";
export { readRocAuc } from "./roc-auc.ts";
export { resolveScope, type ImageFilter, type ReadingRequest, type ReadingScope } from "./scope.ts";
export { sweep, sweepRow, sweepRows, type SweepRequest, type SweepResult, type SweepRow } from "./sweep.ts";
export {
  triageDataset,
  type TriageReport,
  type TriageRequest,
  type TriageSummary,
} from "./triage-dataset.ts";
export { triageImages, type TriagedImage } from "./triage-images.ts";
