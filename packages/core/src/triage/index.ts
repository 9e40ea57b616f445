export { alphaAxis, capAxis, floorAxis, type AlphaAxis, type Axis } from "./axis.ts";
export { CubeCounter, type CountedFacts } from "./cube-counter.ts";
export { alphaIndex, evaluatePolicies, type LabelledFacts } from "./evaluate.ts";
export {
  configAt,
  configCount,
  MAX_CONFIGS,
  parseGridAxis,
  parseSweepGrid,
  repeatsEarlierAlpha,
  type SweepGrid,
  type SweepGridText,
} from "./grid.ts";
export { DECIDING_THRESHOLDS, triageMargin, type DecidingThreshold, type TriageMargin } from "./margin.ts";
export { LevelLookup } from "./level-lookup.ts";
export { countOf, triageMetrics, type TriageCounts, type TriageMetrics } from "./metrics.ts";
export { formatPolicy, parsePolicy, type Policy } from "./policy.ts";
export {
  paretoFront,
  RANKABLE_METRICS,
  topConfigs,
  type RankableMetric,
  type RankingOptions,
} from "./ranking.ts";
export { prefixSums, suffixSums } from "./suffix-sums.ts";
export {
  cellsPerAlpha,
  countsAt,
  emptySweepCube,
  sweepAxes,
  sweepCounts,
  type SweepAxes,
  type SweepCounts,
  type SweepCube,
} from "./sweep-cube.ts";
export {
  checkThreshold,
  formatThreshold,
  parseThreshold,
  THRESHOLD_FIELDS,
  type ThresholdField,
} from "./threshold.ts";
export {
  OUTCOMES,
  outcomeOf,
  triage,
  triageOutcome,
  TRIAGE_REASONS,
  type Outcome,
  type TriageDecision,
  type TriageFacts,
  type TriageReason,
} from "./triage.ts";
