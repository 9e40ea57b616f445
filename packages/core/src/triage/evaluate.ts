import { HairlineError } from "../errors.ts";
import { countOf, type TriageCounts } from "./metrics.ts";
import type { Policy } from "./policy.ts";
import { triageOutcome } from "./triage.ts";

/** One labelled image's facts at every alpha of its model. */
export interface LabelledFacts {
  readonly label: 0 | 1;
  readonly probability: number;
  readonly entropy: number | null;
  readonly degenerate: boolean;
  /** shape [alphas]; in [0, 1] or null. */
  readonly areas: readonly (number | null)[];
}

/** Index of the alpha that equals `alpha` as float32, the precision alphas are stored with; -1 when none does. */
export function alphaIndex(alphas: readonly number[], alpha: number): number {
  return alphas.findIndex((each) => Math.fround(each) === Math.fround(alpha));
}

function evaluatePolicy(rows: readonly LabelledFacts[], policy: Policy, areaAt: number): TriageCounts {
  const counts = { tp: 0, fp: 0, tn: 0, fn: 0, inconclusive: 0 };
  for (const row of rows) {
    const area = areaAt < 0 ? null : (row.areas[areaAt] ?? null);
    counts[countOf(triageOutcome({ ...row, area }, policy), row.label)] += 1;
  }
  return counts;
}

/**
 * Evaluates each policy over the rows, one by one: O(rows x policies). The plain statement of what a sweep
 * computes, and the reference its tests compare with.
 *
 * @param alphas the alpha of each entry of `LabelledFacts.areas`
 * @returns shape [policies]
 * @throws HairlineError FACTS_MISSING when a policy gates on an alpha that is not among `alphas`
 */
export function evaluatePolicies(
  rows: readonly LabelledFacts[],
  alphas: readonly number[],
  policies: readonly Policy[],
): TriageCounts[] {
  return policies.map((policy) => {
    const areaAt = alphaIndex(alphas, policy.alpha);
    if (areaAt < 0 && policy.areaMax !== null) {
      throw new HairlineError("FACTS_MISSING", `No area at alpha ${policy.alpha}.`, { field: "alpha" });
    }
    return evaluatePolicy(rows, policy, areaAt);
  });
}
