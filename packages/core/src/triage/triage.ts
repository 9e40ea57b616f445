import { HairlineError } from "../errors.ts";
import { triageMargin, type TriageMargin } from "./margin.ts";
import type { Policy } from "./policy.ts";

export const OUTCOMES = ["negative", "positive", "inconclusive"] as const;
/** `inconclusive` is the abstention: coverage is 1 minus its rate. */
export type Outcome = (typeof OUTCOMES)[number];

/** Why an image got its outcome: the first gate that decided. */
export const TRIAGE_REASONS = [
  "below_p_low",
  "localised",
  "entropy_above",
  "area_above",
  "degenerate_cam",
  "facts_missing",
] as const;
export type TriageReason = (typeof TRIAGE_REASONS)[number];

/** What the rule reads of one image. */
export interface TriageFacts {
  /** In [0, 1]. */
  readonly probability: number;
  /** In nats; null where the CAM is degenerate or was not given. */
  readonly entropy: number | null;
  /** In [0, 1], at the policy's alpha; null where the CAM is degenerate or was not given. */
  readonly area: number | null;
  /** The CAM is flat or all zero. */
  readonly degenerate: boolean;
}

export interface TriageDecision extends TriageMargin {
  readonly outcome: Outcome;
  readonly reason: TriageReason;
}

const OUTCOME_OF_REASON = {
  below_p_low: "negative",
  localised: "positive",
  entropy_above: "inconclusive",
  area_above: "inconclusive",
  degenerate_cam: "inconclusive",
  facts_missing: "inconclusive",
} as const satisfies Record<TriageReason, Outcome>;

/** The outcome a reason belongs to. */
export function outcomeOf(reason: TriageReason): Outcome {
  return OUTCOME_OF_REASON[reason];
}

type GateResult = "passed" | "above" | "missing";

/** NaN counts as missing: it is not a measurement, and `NaN <= max` must not read as "above". */
function gate(fact: number | null, max: number | null): GateResult {
  if (max === null) return "passed";
  if (fact === null || Number.isNaN(fact)) return "missing";
  return Math.fround(fact) <= Math.fround(max) ? "passed" : "above";
}

function reasonFor(facts: TriageFacts, policy: Policy): TriageReason {
  if (!(facts.probability >= 0 && facts.probability <= 1)) {
    throw new HairlineError("BAD_SHAPE", `Probability ${facts.probability} is not in [0, 1].`, {
      field: "probability",
    });
  }
  if (Math.fround(facts.probability) < Math.fround(policy.pLow)) return "below_p_low";
  if (facts.degenerate) return "degenerate_cam";
  const entropy = gate(facts.entropy, policy.entropyMax);
  if (entropy !== "passed") return entropy === "missing" ? "facts_missing" : "entropy_above";
  const area = gate(facts.area, policy.areaMax);
  if (area !== "passed") return area === "missing" ? "facts_missing" : "area_above";
  return "localised";
}

/** The outcome alone, as `triage` gives it: for loops over millions of readings. */
export function triageOutcome(facts: TriageFacts, policy: Policy): Outcome {
  return outcomeOf(reasonFor(facts, policy));
}

/**
 * The triage rule. Negative when p < p_low; else positive when the CAM is localised, that is
 * entropy <= entropy_max and area(alpha) <= area_max for the gates that are set; else inconclusive.
 * A degenerate CAM is never localised and a missing fact never passes its gate. The SQL function
 * `triage_reason` is the same rule. Facts and thresholds are compared as float32 (see `Policy`).
 *
 * @throws HairlineError BAD_SHAPE when the probability is not in [0, 1]
 * @see Selvaraju et al. 2017 (Grad-CAM), arXiv:1610.02391
 * @see Geifman & El-Yaniv 2017 (selective classification), arXiv:1705.08500
 */
export function triage(facts: TriageFacts, policy: Policy): TriageDecision {
  const reason = reasonFor(facts, policy);
  return { outcome: outcomeOf(reason), reason, ...triageMargin(facts, { policy, reason }) };
}
