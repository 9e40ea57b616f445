import { labelsToCertify } from "../statistics/index.ts";
import type { ClaimMetric } from "./claim.ts";
import type { TestedClaim } from "./certify.ts";

/** What a claim that could not be certified would take. */
export interface LabelsNeeded {
  readonly metric: ClaimMetric;
  /** What the claim counts. */
  readonly of: "positives" | "decided positives" | "called negative" | "called positive" | "labelled";
  /** About how many more of these, for an 80 % chance of a certificate if the observed rate is the true one; null when it is not above the target, so that no number would do. */
  readonly more: number | null;
  /** About how many more labelled images (or studies) in all that means, at the present mix; null as `more`, or when there was no trial. */
  readonly moreLabelled: number | null;
}

const COUNTED = {
  sensitivity: "positives",
  decided_sensitivity: "decided positives",
  npv: "called negative",
  ppv: "called positive",
  coverage: "labelled",
} as const satisfies Record<ClaimMetric, LabelsNeeded["of"]>;

/**
 * About how many more labels the claims not met at a level need.
 *
 * @param level the share of delta the policy was tested at, in (0, 1)
 * @param labelled the labelled images (or studies) they were tested on
 * @returns one entry for each claim whose p-value is above the level
 */
export function labelsNeeded(
  claims: readonly TestedClaim[],
  { level, labelled }: { level: number; labelled: number },
): LabelsNeeded[] {
  return claims
    .filter(({ pValue }) => pValue > level)
    .map(({ metric, target, successes, trials }) => {
      // Without a trial the rate is unknown: plan as if every one would succeed, the fewest that could do.
      const [seen, of] = trials === 0 ? [1, 1] : [successes, trials];
      const { forPower } = labelsToCertify(seen, of, { target, confidence: 1 - level });
      const more = forPower === null ? null : Math.max(1, forPower - trials);
      return {
        metric,
        of: COUNTED[metric],
        more,
        moreLabelled: more === null || trials === 0 ? null : Math.ceil((more * labelled) / trials),
      };
    });
}
