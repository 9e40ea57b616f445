export { compareModels, type ComparedModels, type CompareModelsRequest } from "./compare-models.ts";
export { type ComparedPolicy } from "./compared-policy.ts";
export {
  comparisonById,
  type ComparedThresholds,
  latestComparison,
  listComparisons,
  type ModelComparison,
} from "./comparison-store.ts";
export {
  type Champion,
  championFor,
  listChampions,
  listPromotions,
  type Promotion,
  requireChampion,
} from "./current-champion.ts";
export { keyFlips, type KeyedFlip } from "./flip-keys.ts";
export { type ExcludedUnits, type FlippedUnit, type OutcomeFlip } from "./pair-units.ts";
export { promoteModel, type PromoteRequest } from "./promote.ts";
export { type ReissuedPolicy, reissueCertificate, type ReissueRequest } from "./reissue-certificate.ts";
export { rollBackChampion, type RollBackRequest } from "./roll-back.ts";
