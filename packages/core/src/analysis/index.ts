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
export { type Measures } from "./measures.ts";
export { type StudyReading } from "./study-readings.ts";
export { sweepStudies, type StudySweepRequest } from "./sweep-studies.ts";
