import { HairlineError } from "../errors.ts";
import type { Gate, GateDirection } from "./gate.ts";

/**
 * What gates read of the flagged images (p >= p_low), each of shape [n]. NaN stands for a measure that is missing;
 * those of a degenerate CAM are.
 */
export interface FlaggedFacts {
  readonly probability: Float32Array;
  /** 1 fracture, 0 none; a flagged image without fracture is a false positive, the loss of the ablation. */
  readonly label: Uint8Array;
  /** The patient, or the study where no patient is known. */
  readonly cluster: Float64Array;
  readonly entropy: Float32Array;
  readonly entropyNormalized: Float32Array;
  /** By alpha. */
  readonly area: ReadonlyMap<number, Float32Array>;
  readonly degenerate: Uint8Array;
}

/**
 * How long each flagged image stays positive while the gate tightens: higher is kept longer, equal values go together.
 * An image that can never pass, since its CAM is degenerate or its measure missing, has -Infinity, whichever way the
 * gate points: turning a gate around must not let through what points nowhere.
 *
 * at_most is -m, inverted m. two_sided is -|2r - 1|, r being the share of usable images with a smaller measure plus half
 * of those with the same. `both` is -max of the shares of usable images with at most this entropy and with at most
 * this area, so that at confidence -q exactly those pass whose entropy and area are both within their q-quantiles.
 *
 * @returns shape [n]
 * @throws HairlineError FACTS_MISSING when the gate's alpha is not among the areas
 */
export function gateConfidence(gate: Gate, facts: FlaggedFacts): Float64Array {
  const { degenerate } = facts;
  if (gate.measure === "degenerate") {
    return Float64Array.from(degenerate, (flag) => (flag === 1 ? Number.NEGATIVE_INFINITY : 1));
  }
  const values = gate.measure === "both" ? tighterShare(gate, facts) : gateMeasure(gate, facts);
  const direction = gate.measure === "both" ? "at_most" : gate.direction;
  const usable = values.map((value, at) => (degenerate[at] === 1 ? Number.NaN : value));
  return directed(usable, direction);
}

/**
 * The measure of a gate other than `both` and `degenerate`.
 *
 * @returns shape [n], NaN where missing
 * @throws HairlineError FACTS_MISSING when the gate's alpha is not among the areas
 */
export function gateMeasure({ measure, alpha }: Gate, facts: FlaggedFacts): Float64Array {
  if (measure === "entropy") return Float64Array.from(facts.entropy);
  if (measure === "entropy_normalized") return Float64Array.from(facts.entropyNormalized);
  const area = alpha === null ? undefined : facts.area.get(alpha);
  if (area !== undefined) return Float64Array.from(area);
  throw new HairlineError("FACTS_MISSING", `No area at alpha ${alpha} was read.`, { field: "alpha" });
}

function directed(values: Float64Array, direction: GateDirection): Float64Array {
  if (direction === "two_sided") {
    const { doubled, usable } = doubledRanks(values, 1);
    return doubled.map((rank) =>
      Number.isNaN(rank) ? Number.NEGATIVE_INFINITY : -Math.abs(rank - usable) / usable,
    );
  }
  const sign = direction === "at_most" ? -1 : 1;
  return values.map((value) => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : sign * value));
}

/** The larger of the two shares: an image passes both thresholds when this one is within the quantile. */
function tighterShare(gate: Gate, facts: FlaggedFacts): Float64Array {
  const sign = gate.direction === "inverted" ? -1 : 1;
  const share = (measure: "entropy" | "area"): Float64Array => {
    const values = gateMeasure({ ...gate, measure }, facts).map((value) => sign * value);
    const { doubled, usable } = doubledRanks(values, 2);
    return doubled.map((rank) => rank / (2 * usable));
  };
  const area = share("area");
  return share("entropy").map((entropy, at) => Math.max(entropy, area[at]!));
}

/**
 * Twice the number of values below each, plus `ties` for every value equal to it (itself included): whole numbers, so
 * that ranks equally far from the middle compare as equal. NaN for NaN; `usable` counts the others.
 */
function doubledRanks(values: Float64Array, ties: 1 | 2): { doubled: Float64Array; usable: number } {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const ranks = new Map<number, number>();
  for (let start = 0; start < sorted.length;) {
    let end = start;
    while (end < sorted.length && sorted[end] === sorted[start]) end += 1;
    ranks.set(sorted[start]!, 2 * start + ties * (end - start));
    start = end;
  }
  return { doubled: values.map((value) => ranks.get(value) ?? Number.NaN), usable: sorted.length };
}
