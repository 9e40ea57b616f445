import type { Gate } from "./gate.ts";
import { type FlaggedFacts, gateMeasure } from "./gate-confidence.ts";

/** What a measure of a kept image lies within; null leaves the side open. Both sides count as within. */
export interface GateBounds {
  readonly measure: "entropy" | "entropy_normalized" | "area";
  /** Of the area; null for an entropy. */
  readonly alpha: number | null;
  /** A float32, in its shortest decimal form, as are all thresholds. */
  readonly min: number | null;
  readonly max: number | null;
}

/**
 * The images a gate keeps at a coverage: the fewest whole ties that reach it.
 *
 * @param confidence shape [n]; -Infinity for what can never pass and so is never kept
 * @param coverage share of the n to keep, in (0, 1]; fewer are kept where fewer can pass
 * @returns shape [n]; 1 where kept
 */
export function keptAtCoverage(confidence: Float64Array, coverage: number): Uint8Array {
  const usable = confidence.filter((value) => value !== Number.NEGATIVE_INFINITY).sort();
  // 0.8 * 15 is 12.000000000000002: without the tolerance one image too many would be asked for.
  const wanted = Math.min(usable.length, Math.ceil(coverage * confidence.length - 1e-9));
  if (wanted === 0) return new Uint8Array(confidence.length);
  const threshold = usable[usable.length - wanted]!;
  return Uint8Array.from(confidence, (value) => (value >= threshold ? 1 : 0));
}

/**
 * The thresholds that keep exactly the kept images among those that can pass; empty for the degenerate guard and where
 * nothing is kept.
 */
export function keptBounds(gate: Gate, facts: FlaggedFacts, kept: Uint8Array): GateBounds[] {
  if (gate.measure === "degenerate" || !kept.includes(1)) return [];
  const measures = gate.measure === "both" ? (["entropy", "area"] as const) : [gate.measure];
  return measures.map((measure) => {
    const values = gateMeasure({ ...gate, measure }, facts).filter((_, row) => kept[row] === 1);
    const min = values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
    const max = values.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
    return {
      measure,
      alpha: measure === "area" ? gate.alpha : null,
      min: gate.direction === "at_most" ? null : shortestFloat32(min),
      max: gate.direction === "inverted" ? null : shortestFloat32(max),
    };
  });
}

/** The number with the fewest digits that rounds to the same float32. */
export function shortestFloat32(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return short;
  }
  return Number(value.toPrecision(9));
}
