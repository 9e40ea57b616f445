import { HairlineError } from "../errors.ts";
import type { TriageCounts } from "../triage/index.ts";

/** What a certificate can promise a policy's outcomes are, in the order they are printed. */
export const CLAIM_METRICS = ["sensitivity", "decided_sensitivity", "npv", "ppv", "coverage"] as const;

/**
 * A proportion of labelled images (or studies); the two sensitivities differ in what an abstention counts as.
 *
 * - `sensitivity`: fractures not called negative, of all fractures. An inconclusive one goes to a person: not missed.
 * - `decided_sensitivity`: fractures called positive, of those decided: tp / (tp + fn). Inconclusive ones are left out.
 * - `npv`: of those called negative, without fracture. `ppv`: of those called positive, with one.
 * - `coverage`: of all, decided (positive or negative).
 */
export type ClaimMetric = (typeof CLAIM_METRICS)[number];

/** "The metric is at least this", in (0, 1). */
export interface Claim {
  readonly metric: ClaimMetric;
  readonly target: number;
}

/** What labelled images say of a claim: successes of trials. */
export interface ClaimEvidence {
  readonly successes: number;
  readonly trials: number;
}

/** Outcomes of labelled images with the number of fractures among all of them, inconclusive ones included. */
export interface LabelledOutcomes extends TriageCounts {
  readonly positives: number;
}

/** The evidence on one metric; no trial where the policy decides nothing of that kind. */
export function claimEvidence(metric: ClaimMetric, outcomes: LabelledOutcomes): ClaimEvidence {
  const { tp, fp, tn, fn, inconclusive, positives } = outcomes;
  switch (metric) {
    case "sensitivity":
      return { successes: positives - fn, trials: positives };
    case "decided_sensitivity":
      return { successes: tp, trials: tp + fn };
    case "npv":
      return { successes: tn, trials: tn + fn };
    case "ppv":
      return { successes: tp, trials: tp + fp };
    case "coverage":
      return { successes: tp + fp + tn + fn, trials: tp + fp + tn + fn + inconclusive };
  }
}

/**
 * Claims fit to be certified.
 *
 * @throws HairlineError BAD_ARGUMENT when there is none, one is made twice or a target is not between 0 and 1
 */
export function checkClaims(claims: readonly Claim[]): readonly Claim[] {
  if (claims.length === 0) {
    throw new HairlineError("BAD_ARGUMENT", "There is no claim to certify.", {
      remedy: "Ask for a sensitivity, npv, ppv or coverage.",
    });
  }
  const seen = new Set<ClaimMetric>();
  for (const { metric, target } of claims) {
    if (seen.has(metric))
      throw new HairlineError("BAD_ARGUMENT", `${metric} is claimed twice.`, { field: metric });
    seen.add(metric);
    if (target > 0 && target < 1) continue;
    throw new HairlineError("BAD_ARGUMENT", `${metric} of at least ${target} cannot be certified.`, {
      field: metric,
      remedy: "Give a proportion between 0 and 1, both excluded: no finite sample proves 1.",
    });
  }
  return claims;
}
