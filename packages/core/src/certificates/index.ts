export { candidateConfigs, type Candidate, type CandidateSearch } from "./candidates.ts";
export {
  certifyPolicies,
  PROCEDURES,
  type CertificationTest,
  type Procedure,
  type TestedClaim,
  type TestedPolicy,
} from "./certify.ts";
export {
  CLAIM_METRICS,
  checkClaims,
  claimEvidence,
  type Claim,
  type ClaimEvidence,
  type ClaimMetric,
  type LabelledOutcomes,
} from "./claim.ts";
export { labelsNeeded, type LabelsNeeded } from "./labels-needed.ts";
export { safetyOf } from "./safety.ts";
