import {
  binomialLowerBound,
  binomialRiskPValue,
  fixedSequenceRejections,
  holmRejections,
} from "../statistics/index.ts";
import { checkClaims, claimEvidence, type Claim, type LabelledOutcomes } from "./claim.ts";

/** `fixed-sequence`: in the order given, until one fails, each at the full level. `holm`: in any order. */
export const PROCEDURES = ["fixed-sequence", "holm"] as const;
export type Procedure = (typeof PROCEDURES)[number];

export interface CertificationTest {
  readonly claims: readonly Claim[];
  /** In (0, 1): the chance allowed that any policy is certified of which a claim is false. */
  readonly delta: number;
  readonly procedure: Procedure;
}

/** One claim of one policy, tested. */
export interface TestedClaim extends Claim {
  readonly successes: number;
  readonly trials: number;
  /** Exact binomial p-value of "the metric is below the target"; 1 with no trial. */
  readonly pValue: number;
  /** Exact one-sided lower bound of the metric at level delta, by itself; 0 with no trial. */
  readonly bound: number;
}

export interface TestedPolicy {
  readonly claims: readonly TestedClaim[];
  /** The largest of the claims': small only when all hold. */
  readonly pValue: number;
  readonly certified: boolean;
}

function testClaim(claim: Claim, outcomes: LabelledOutcomes, delta: number): TestedClaim {
  const { successes, trials } = claimEvidence(claim.metric, outcomes);
  return {
    ...claim,
    successes,
    trials,
    pValue: binomialRiskPValue(trials - successes, trials, 1 - claim.target),
    bound: binomialLowerBound(successes, trials, delta),
  };
}

/**
 * Learn then Test: which policies keep all claims, judged on images that did not choose them or their order. With
 * probability at least 1 - delta every certified policy keeps all of its claims. A policy's p-value is the largest of
 * its claims', which tests "some claim is false" without a correction for their number; the procedure corrects for
 * the number of policies. Holds for independent units drawn alike: one image per patient, not several.
 *
 * @param outcomes shape [policies]; for `fixed-sequence` in testing order
 * @returns shape [policies]
 * @throws HairlineError BAD_ARGUMENT for the claims or delta; BAD_SHAPE when counts do not fit together
 * @see Angelopoulos et al. 2021, arXiv:2110.01052
 */
export function certifyPolicies(
  outcomes: readonly LabelledOutcomes[],
  { claims, delta, procedure }: CertificationTest,
): TestedPolicy[] {
  checkClaims(claims);
  const tested = outcomes.map((each) => {
    const testedClaims = claims.map((claim) => testClaim(claim, each, delta));
    return { claims: testedClaims, pValue: Math.max(...testedClaims.map(({ pValue }) => pValue)) };
  });
  const pValues = tested.map(({ pValue }) => pValue);
  const rejected = new Set(
    procedure === "holm" ? holmRejections(pValues, delta) : fixedSequenceRejections(pValues, delta),
  );
  return tested.map((policy, at) => ({ ...policy, certified: rejected.has(at) }));
}
