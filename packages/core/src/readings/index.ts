export type { AlphaSource } from "./alpha-source.ts";
export { readRocAuc } from "./roc-auc.ts";
export { resolveScope, type ImageFilter, type ReadingRequest, type ReadingScope } from "./scope.ts";
export {
  sweep,
  SWEEP_SOURCES,
  sweepRow,
  sweepRows,
  type ImageSweepRequest,
  type ImageSweepResult,
  type SweepRequest,
  type SweepResult,
  type SweepRow,
  type SweepSource,
} from "./sweep.ts";
export {
  triageDataset,
  type TriageReport,
  type TriageRequest,
  type TriageSummary,
} from "./triage-dataset.ts";
export { triageImages, type TriagedImage } from "./triage-images.ts";
