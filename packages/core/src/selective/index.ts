export { riskCoverageCurve, type RiskCoveragePoint } from "./risk-coverage.ts";
export { rocAuc } from "./roc-auc.ts";
