export {
  activatePolicy,
  policyHistory,
  putInForce,
  retirePolicy,
  type ActivationChange,
  type PolicyActivation,
  type PolicyPlace,
} from "./activation.ts";
export {
  calibrationReport,
  type CalibrationReport,
  type CalibrationReportRequest,
  type CalibrationSummary,
} from "./calibration-report.ts";
export {
  findCalibrator,
  listCalibrators,
  requireModel,
  type CalibrationMetrics,
  type StoredCalibrator,
} from "./calibrator-store.ts";
export {
  listCertificates,
  revokeCertificate,
  type Certificate,
  type CertificateQuery,
} from "./certificate-store.ts";
export { SAMPLINGS, type Sampling } from "./certification-outcomes.ts";
export { certifyPolicy, type CertificationOptions, type CertifyRequest } from "./certify-policy.ts";
export { choosePolicy, type ChooseRequest, type ChosenPolicy, type JudgedPolicy } from "./choose-policy.ts";
export {
  diffPolicies,
  type DiffRequest,
  type OutcomePair,
  type PolicyDiff,
  type PolicyFlip,
} from "./diff-policies.ts";
export { fitStoredCalibrator, type CalibrateRequest } from "./fit-stored-calibrator.ts";
export { readFingerprint } from "./fingerprint.ts";
export {
  calibratorOf,
  createPolicy,
  findPolicy,
  findPolicyInForce,
  LEVELS,
  listPolicies,
  policyById,
  type Level,
  type NewPolicy,
  type PolicyTuning,
  type StoredPolicy,
} from "./policy-store.ts";
export { P_LOW_SCALES, rawGrid, rawPLow, rawPolicy, type PLowScale } from "./raw-policy.ts";
export { checkName, formatReference, parseReference, type Reference } from "./reference.ts";
export {
  describeSelection,
  imageFilter,
  storedFilter,
  type ImageSelection,
  type StoredFilter,
} from "./selection.ts";
export { countSharedPatients, describeShared, sharesAny, type SharedPatients } from "./shared-patients.ts";
