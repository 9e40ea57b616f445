export { type CategoryCount, type CategoryMix, compareMix } from "./category-mix.ts";
export { type KolmogorovSmirnov, kolmogorovSmirnov, kolmogorovUpperTail } from "./kolmogorov-smirnov.ts";
export { type Points } from "./kernel-matrix.ts";
export { type DiscrepancyOptions, type MeanDiscrepancy, meanDiscrepancy } from "./mean-discrepancy.ts";
export { compareRates, type Rate, type RateDifference } from "./rate-difference.ts";
export { populationStability, type StabilityBin, type StabilityIndex } from "./stability-index.ts";
export {
  checkRule,
  type Correction,
  CORRECTIONS,
  DEFAULT_RULE,
  type DriftMeasure,
  type DriftRule,
  type JudgedMeasure,
  judgeMeasures,
  MEASURE_KINDS,
  type MeasureKind,
  type Verdict,
  VERDICTS,
} from "./judge.ts";
export { verdictSentence } from "./verdict-sentence.ts";
