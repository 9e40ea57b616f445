export { type AucsCompared, type AugrcsCompared } from "./compare-areas.ts";
export { type ProportionComparison } from "./compare-proportions.ts";
export {
  type CertificateEvidence,
  type CriterionResult,
  decidePromotion,
  type PromotionDecision,
  type PromotionEvidence,
} from "./decide-promotion.ts";
export { compareReadings, type ComparisonEvidence, type EvidenceSettings } from "./evidence.ts";
export { type ModelReadings, type PairedReadings } from "./paired-readings.ts";
export {
  DEFAULT_PROMOTION_RULE,
  parsePromotionRule,
  PROMOTION_RULE,
  type PromotionRule,
} from "./promotion-rule.ts";
export { type BodyPartComparison, type RegressionTest } from "./slice-regressions.ts";
