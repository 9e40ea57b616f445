export { ablateGates, type AblationReport, type AblationRequest, defaultAlpha } from "./ablate-gates.ts";
export {
  type BodyPartKappa,
  compareStudyRules,
  readStudies,
  type StudyComparison,
  type StudyComparisonRequest,
  type StudyRequest,
  type StudyRuleMeasures,
} from "./compare-study-rules.ts";
export { type Decisions, type Proportion } from "./decisions.ts";
export { type MeasureSettings } from "./evaluated-rows.ts";
export { type UnsizedImage } from "./image-sizes.ts";
export {
  type GroupQuality,
  LOCALISATION_GROUPS,
  type LocalisationGroup,
  type LocalisationReport,
  type LocalisationRequest,
  localise,
} from "./localise.ts";
export {
  type ImageMeasuresRequest,
  measureReadings,
  type MeasuresReport,
  type Slice,
  SLICES,
  type StudyMeasuresRequest,
} from "./measure-readings.ts";
export { type Measures } from "./measures.ts";
export { type StudyReading } from "./study-readings.ts";
export { sweepStudies, type StudySweepRequest } from "./sweep-studies.ts";
