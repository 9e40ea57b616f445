import type { ErrorCode, HairlineError } from "../errors.ts";

/**
 * Whether another try of the same job can end differently. A new code does not compile until it is decided here.
 * True for what a restart, another host or a free resource may cure; false for what the input decides.
 */
export const RETRYABLE = {
  BAD_CONFIG: false,
  BAD_ARGUMENT: false,
  DATABASE_UNAVAILABLE: true,
  DATABASE_MIGRATION_FAILED: false,
  EMBEDDED_POSTGRES_FAILED: true,
  QUEUE_UNAVAILABLE: true,
  INVALID_JOB: false,
  JOB_TIMEOUT: true,
  JOB_STALLED: false,
  ARCHIVE_NOT_FOUND: false,
  ARCHIVE_LAYOUT_UNKNOWN: false,
  ROW_INVALID: false,
  ROW_LABEL_CONFLICT: false,
  PATH_OUTSIDE_ROOT: false,
  IMAGE_FILE_MISSING: false,
  DATASET_NOT_FOUND: false,
  DATASET_NAME_TAKEN: false,
  IMAGE_EMPTY: false,
  IMAGE_UNREADABLE: false,
  IMAGE_TRUNCATED: false,
  IMAGE_FORMAT_UNSUPPORTED: false,
  IMAGE_TOO_LARGE: false,
  IMAGE_DECODE_TIMEOUT: true,
  MODEL_NOT_FOUND: false,
  MODEL_NAME_TAKEN: false,
  MODEL_DAMAGED: false,
  WEIGHTS_UNREADABLE: false,
  WEIGHTS_UNSAFE_PICKLE: false,
  WEIGHTS_ARCHITECTURE_UNKNOWN: false,
  WEIGHTS_TENSOR_MISSING: false,
  WEIGHTS_TENSOR_UNEXPECTED: false,
  WEIGHTS_TENSOR_SHAPE: false,
  WEIGHTS_TENSOR_NOT_FINITE: false,
  PREPROCESSING_CHANGED: false,
  ENGINE_UNAVAILABLE: true,
  ENGINE_NOT_VERIFIED: false,
  INFERENCE_FAILED: false,
  BAD_SHAPE: false,
  BAD_THRESHOLD: false,
  FACTS_MISSING: false,
  NO_PREDICTIONS: false,
  LABELS_ONE_SIDED: false,
  CALIBRATION_UNDEFINED: false,
  CALIBRATION_NOT_CONVERGED: false,
  CALIBRATOR_INVALID: false,
  CALIBRATOR_NOT_FOUND: false,
  POLICY_NOT_FOUND: false,
  POLICY_INFEASIBLE: false,
  SPLITS_OVERLAP: false,
  RUN_NOT_FOUND: false,
  SWEEP_NOT_FOUND: false,
  LEDGER_UNBALANCED: false,
  DEMO_AT_CHANCE: false,
  WORKER_FAILED: true,
  INTERRUPTED: true,
  INTERNAL: true,
} as const satisfies Record<ErrorCode, boolean>;

/** @returns whether a job that failed with this error is worth another try */
export function isRetryable(error: HairlineError): boolean {
  return RETRYABLE[error.code];
}
