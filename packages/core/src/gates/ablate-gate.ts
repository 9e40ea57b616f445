import { type BootstrapInterval, delongAuc, rowBootstrap } from "../statistics/index.ts";
import { type Estimate, toEstimate } from "./estimate.ts";
import { formatGate, type Gate } from "./gate.ts";
import { type FlaggedFacts, gateConfidence } from "./gate-confidence.ts";
import { type GateBounds, keptAtCoverage, keptBounds } from "./operating-point.ts";
import { type RankedLosses, rankLosses } from "./ranked-losses.ts";
import { gateVerdict } from "./verdict.ts";

/** A gate and a rejector that keep equally many flagged images positive. */
export interface GateOperatingPoint {
  /** Flagged images the gate keeps positive. */
  readonly kept: number;
  /** kept / flagged, in [0, 1]. */
  readonly coverage: number | null;
  /** What keeps exactly those; empty for the degenerate guard and where nothing is kept. */
  readonly bounds: readonly GateBounds[];
  /** False positives among the kept. */
  readonly errors: number;
  /** Expected false positives among as many images of the highest probabilities. */
  readonly rejectorErrors: number;
  /** Selective risk (false positives / kept) of the gate less that of the rejector; above 0 the gate errs more. */
  readonly riskDifference: Estimate;
}

/** Selective risk while a gate tightens. */
export interface GateDirectionCheck {
  /**
   * Probability that the gate keeps a flagged fracture longer than a flagged other image, a tie counting one half.
   * Above 1/2 risk falls as the gate tightens, below it rises.
   */
  readonly auc: Estimate;
  /** Which side of 1/2 the interval lies on; unclear when on both, null when it cannot be told. */
  readonly risk: "falls" | "rises" | "unclear" | null;
  /** Selective risk, in [0, 1], at each of `LADDER`; null where nothing is flagged. */
  readonly ladder: readonly (number | null)[];
}

/** Coverages of the flagged images at which the direction check shows the risk. */
export const LADDER: readonly number[] = Object.freeze([1, 0.75, 0.5, 0.25]);

/** How a gate compares with keeping the highest probabilities. */
export interface GateAblation {
  readonly gate: string;
  /** Flagged images that can pass: CAM not degenerate, measure known. */
  readonly usable: number;
  /** Over the flagged images; null when none is. */
  readonly augrc: number | null;
  /** The gate's AUGRC less the rejector's; below 0 the gate orders errors better. */
  readonly augrcDifference: Estimate;
  readonly operatingPoint: GateOperatingPoint;
  readonly direction: GateDirectionCheck;
  /** One plain sentence. */
  readonly verdict: string;
}

/** What all gates of an ablation are compared by. */
export interface AblationSettings {
  /** Share of the flagged images to keep at the operating point, in (0, 1]. */
  readonly coverage: number;
  /** Two-sided, in (0, 1). */
  readonly confidence: number;
  /** Bootstrap replicates. */
  readonly replicates: number;
  readonly seed: number;
}

/**
 * Compares a gate with a probability-only rejector on the flagged images, those with p >= p_low: all a gate can defer.
 *
 * The gate keeps them positive by falling `gateConfidence`, the rejector by falling probability, which on this side of
 * p_low is the order of |p - p_low| too. Loss is 1 for a false positive. Both keep equally many images: the gate whole
 * ties, the rejector the expected share of the tie that straddles the end. Images that can never pass the gate are the
 * last it keeps, as one tie. Both AUGRCs are over the flagged images; over all n labelled ones their difference is
 * (flagged / n)^2 of it.
 *
 * Intervals resample whole patients; ranks within a two-sided or combined gate, and the operating point's thresholds,
 * stay those of the data.
 *
 * @throws HairlineError FACTS_MISSING when the gate's alpha is not among the areas; BAD_ARGUMENT for a setting out of
 *   range
 */
export function ablateGate(gate: Gate, facts: FlaggedFacts, settings: AblationSettings): GateAblation {
  const confidence = gateConfidence(gate, facts);
  const kept = keptAtCoverage(confidence, settings.coverage);
  return compareWithRejector(
    { name: formatGate(gate), confidence, kept, bounds: keptBounds(gate, facts, kept) },
    facts,
    settings,
  );
}

/** AUGRC of keeping the flagged images of the highest probabilities; null when nothing is flagged. */
export function rejectorAugrc({ probability, label }: FlaggedFacts): number | null {
  return rankLosses(Float64Array.from(probability), falsePositives(label)).augrc();
}

function falsePositives(label: Uint8Array): Uint8Array {
  return label.map((each) => 1 - each);
}

/** A gate as its order of the flagged images and what it keeps of them. */
export interface OrderedGate {
  readonly name: string;
  /** shape [n]; -Infinity for what can never pass. */
  readonly confidence: Float64Array;
  /** shape [n]; 1 where kept at the operating point. */
  readonly kept: Uint8Array;
  readonly bounds: readonly GateBounds[];
}

/** As `ablateGate`, of a gate whose operating point is given. */
export function compareWithRejector(
  gate: OrderedGate,
  facts: FlaggedFacts,
  settings: AblationSettings,
): GateAblation {
  const { confidence, kept } = gate;
  const loss = falsePositives(facts.label);
  const byGate = rankLosses(confidence, loss);
  const byProbability = rankLosses(Float64Array.from(facts.probability), loss);
  const comparison = { loss, kept, byGate, byProbability };
  const [augrcDifference, riskDifference] = bootstrapDifferences(comparison, facts, settings);
  const keptCount = countOnes(kept);
  const ablation = {
    gate: gate.name,
    usable: confidence.filter((value) => value !== Number.NEGATIVE_INFINITY).length,
    augrc: byGate.augrc(),
    augrcDifference: toEstimate(augrcDifference),
    operatingPoint: {
      kept: keptCount,
      coverage: loss.length === 0 ? null : keptCount / loss.length,
      bounds: gate.bounds,
      errors: countOnes(loss.map((each, row) => each * kept[row]!)),
      rejectorErrors: byProbability.expectedErrors(keptCount),
      riskDifference: toEstimate(riskDifference),
    },
    direction: checkDirection(byGate, { ...facts, confidence }, settings.confidence),
  };
  return { ...ablation, verdict: gateVerdict(ablation, { flagged: loss.length, errors: countOnes(loss) }) };
}

interface Comparison {
  readonly loss: Uint8Array;
  readonly kept: Uint8Array;
  readonly byGate: RankedLosses;
  readonly byProbability: RankedLosses;
}

function bootstrapDifferences(
  comparison: Comparison,
  { cluster }: FlaggedFacts,
  { confidence, replicates, seed }: AblationSettings,
): [BootstrapInterval | undefined, BootstrapInterval | undefined] {
  // Without an error, or without anything else, every order is as good as another.
  if (new Set(comparison.loss).size < 2) return [undefined, undefined];
  const [augrc, risk] = rowBootstrap(
    cluster,
    [(weights) => augrcDifferenceOf(comparison, weights), (weights) => riskDifferenceOf(comparison, weights)],
    { confidence, replicates, seed },
  );
  return [augrc, risk];
}

function augrcDifferenceOf({ byGate, byProbability }: Comparison, weights: Uint32Array): number | null {
  const gate = byGate.augrc(weights);
  const rejector = byProbability.augrc(weights);
  return gate === null || rejector === null ? null : gate - rejector;
}

function riskDifferenceOf({ loss, kept, byProbability }: Comparison, weights: Uint32Array): number | null {
  let count = 0;
  let errors = 0;
  for (let row = 0; row < kept.length; row++) {
    if (kept[row] === 0) continue;
    count += weights[row]!;
    errors += weights[row]! * loss[row]!;
  }
  return count === 0 ? null : (errors - byProbability.expectedErrors(count, weights)) / count;
}

function checkDirection(
  byGate: RankedLosses,
  { confidence: scores, label, cluster }: FlaggedFacts & { confidence: Float64Array },
  confidence: number,
): GateDirectionCheck {
  const found = delongAuc(scores, label, { clusters: cluster, confidence });
  const auc = {
    estimate: found?.auc ?? null,
    lower: found?.interval?.lower ?? null,
    upper: found?.interval?.upper ?? null,
  };
  const ladder = LADDER.map((coverage) => {
    const kept = coverage * label.length;
    return kept === 0 ? null : byGate.expectedErrors(kept) / kept;
  });
  return { auc, risk: riskTrend(auc), ladder };
}

function riskTrend({ estimate, lower, upper }: Estimate): GateDirectionCheck["risk"] {
  if (estimate === null) return null;
  if (lower === null || upper === null) return "unclear";
  if (lower > 0.5) return "falls";
  return upper < 0.5 ? "rises" : "unclear";
}

function countOnes(flags: Uint8Array): number {
  return flags.reduce((count, flag) => count + flag, 0);
}
