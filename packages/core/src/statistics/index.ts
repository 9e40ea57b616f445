export { ascendingOrder } from "./ascending-order.ts";
export { betaDistribution, betaQuantile } from "./beta.ts";
export { binomialCdf, binomialUpperTail } from "./binomial.ts";
export { type BootstrapInterval, type BootstrapMethod, type BootstrapOptions } from "./bootstrap-interval.ts";
export { chiSquareUpperTail } from "./chi-square.ts";
export { clusterBootstrap, type SumStatistic } from "./cluster-bootstrap.ts";
export { type ClusterSums, sumByCluster } from "./cluster-sums.ts";
export {
  type AucComparison,
  type AucEstimate,
  compareAucs,
  delongAuc,
  type DeLongOptions,
} from "./delong.ts";
export { drawBinomial } from "./draw-binomial.ts";
export { benjaminiHochbergAdjusted } from "./false-discovery.ts";
export { fisherExactPValue } from "./fisher-exact.ts";
export { fixedSequenceRejections, holmAdjusted, holmRejections } from "./family-wise.ts";
export { graphicalRejections, type TestGraph } from "./graphical-test.ts";
export { type CertificateGoal, labelsToCertify, type LabelsToCertify } from "./labels-to-certify.ts";
export { type McNemarTest, mcnemarTest } from "./mcnemar.ts";
export { resampleCounts } from "./multinomial.ts";
export { normalCdf, normalQuantile } from "./normal.ts";
export {
  type DifferenceBounds,
  nonInferiorityPValue,
  type PairedCounts,
  pairedDifferenceBounds,
  pairedProportions,
  type PairedProportions,
  tangoStatistic,
} from "./paired-proportions.ts";
export {
  binomialLowerBound,
  binomialUpperBound,
  clopperPearsonInterval,
  type Interval,
  wilsonInterval,
} from "./proportion-interval.ts";
export { createRandom, type Random } from "./random.ts";
export { binomialRiskPValue, hoeffdingBentkusPValue } from "./risk-p-value.ts";
export { rowBootstrap, type WeightedStatistic } from "./row-bootstrap.ts";
