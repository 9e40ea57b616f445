export { cohenKappa, type ConfusionCounts, confusionMetrics, type ConfusionMetrics } from "./confusion.ts";
export { RankedArea } from "./ranked-area.ts";
export { averagePrecision, type RankingAreas, rankingAreasOf, rocAuc } from "./ranking-areas.ts";
export {
  augrcOf,
  type RiskCoverageAreas,
  riskCoverageAreas,
  riskCoverageAreasOf,
} from "./risk-coverage-areas.ts";
export {
  coverageAtRisk,
  riskAtCoverage,
  type RiskCoverageCurve,
  riskCoverageCurve,
  type RiskCoveragePoint,
} from "./risk-coverage.ts";
export {
  precisionRecallCurve,
  type PrecisionRecallCurve,
  rocCurve,
  type RocCurve,
  thresholdCounts,
  type ThresholdCounts,
} from "./threshold-curves.ts";
