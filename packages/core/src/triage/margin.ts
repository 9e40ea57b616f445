import type { Policy } from "./policy.ts";
import type { TriageFacts, TriageReason } from "./triage.ts";

/** The thresholds a reading can hang on. */
export const DECIDING_THRESHOLDS = ["p_low", "entropy_max", "area_max"] as const;
export type DecidingThreshold = (typeof DECIDING_THRESHOLDS)[number];

/** How close an outcome was. */
export interface TriageMargin {
  /**
   * The threshold that decides the reading: the one that failed (p_low for negative, the first failed gate for
   * inconclusive); for positive, which passed them all, the one nearest to failing, by its share of the room that a
   * passing fact has ([p_low, 1], [0, entropy_max], [0, area_max]); p_low where no gate could be read.
   */
  readonly threshold: DecidingThreshold;
  /**
   * The fact's distance from it, in the threshold's own units (probability, nats, share of cells): at least 0 where it
   * passes, below 0 where it fails. Null when p_low is out of every probability's reach.
   */
  readonly margin: number | null;
}

/** Distance inside the threshold of a fact, and what share of the passing range that is. */
interface Room {
  readonly threshold: DecidingThreshold;
  readonly margin: number;
  readonly share: number;
}

function roomAbove(probability: number, pLow: number): Room {
  const low = Math.fround(pLow);
  const margin = Math.fround(probability) - low;
  return { threshold: "p_low", margin, share: low === 1 ? 0 : margin / (1 - low) };
}

function roomBelow(threshold: DecidingThreshold, fact: number | null, max: number | null): Room | undefined {
  if (fact === null || max === null) return undefined;
  const high = Math.fround(max);
  const margin = high - Math.fround(fact);
  return { threshold, margin, share: high === 0 ? 0 : margin / high };
}

function decidingRoom(facts: TriageFacts, policy: Policy, reason: TriageReason): Room | undefined {
  const p = roomAbove(facts.probability, policy.pLow);
  const entropy = roomBelow("entropy_max", facts.entropy, policy.entropyMax);
  const area = roomBelow("area_max", facts.area, policy.areaMax);
  switch (reason) {
    case "below_p_low":
    case "degenerate_cam":
    case "facts_missing":
      return p;
    case "entropy_above":
      return entropy;
    case "area_above":
      return area;
    case "localised":
      return [p, entropy, area].reduce((nearest, room) =>
        room !== undefined && nearest !== undefined && room.share < nearest.share ? room : nearest,
      );
  }
}

/** The margin of a reading, its reason known. The SQL functions `triage_threshold` and `triage_margin` are the same. */
export function triageMargin(
  facts: TriageFacts,
  { policy, reason }: { policy: Policy; reason: TriageReason },
): TriageMargin {
  const room = decidingRoom(facts, policy, reason) ?? roomAbove(facts.probability, policy.pLow);
  return { threshold: room.threshold, margin: Number.isFinite(room.margin) ? room.margin : null };
}
