import type { ErrorCode, HairlineError } from "@hairline/core/errors";

/** A new code does not compile until its status is decided here. */
export const HTTP_STATUS = {
  BAD_CONFIG: 500,
  BAD_ARGUMENT: 400,
  DATABASE_UNAVAILABLE: 503,
  DATABASE_MIGRATION_FAILED: 500,
  EMBEDDED_POSTGRES_FAILED: 500,
  QUEUE_UNAVAILABLE: 503,
  STORE_UNAVAILABLE: 503,
  STORE_DENIED: 500,
  STORE_FULL: 507,
  INVALID_JOB: 400,
  JOB_TIMEOUT: 504,
  JOB_STALLED: 500,
  ARCHIVE_NOT_FOUND: 404,
  ARCHIVE_LAYOUT_UNKNOWN: 422,
  ROW_INVALID: 422,
  ROW_LABEL_CONFLICT: 422,
  PATH_OUTSIDE_ROOT: 400,
  IMAGE_FILE_MISSING: 404,
  DATASET_NOT_FOUND: 404,
  DATASET_NAME_TAKEN: 409,
  IMAGE_EMPTY: 422,
  IMAGE_UNREADABLE: 422,
  IMAGE_TRUNCATED: 422,
  IMAGE_FORMAT_UNSUPPORTED: 415,
  IMAGE_TOO_LARGE: 413,
  IMAGE_DECODE_TIMEOUT: 422,
  IMAGE_CHANGED: 409,
  ZIP_UNREADABLE: 422,
  ZIP_TOO_LARGE: 413,
  MODEL_NOT_FOUND: 404,
  MODEL_NAME_TAKEN: 409,
  MODEL_DAMAGED: 500,
  WEIGHTS_UNREADABLE: 422,
  WEIGHTS_UNSAFE_PICKLE: 422,
  WEIGHTS_ARCHITECTURE_UNKNOWN: 422,
  WEIGHTS_TENSOR_MISSING: 422,
  WEIGHTS_TENSOR_UNEXPECTED: 422,
  WEIGHTS_TENSOR_SHAPE: 422,
  WEIGHTS_TENSOR_NOT_FINITE: 422,
  PREPROCESSING_CHANGED: 500,
  ENGINE_UNAVAILABLE: 503,
  ENGINE_NOT_VERIFIED: 409,
  INFERENCE_FAILED: 500,
  BAD_SHAPE: 500,
  BAD_THRESHOLD: 400,
  FACTS_MISSING: 409,
  NO_PREDICTIONS: 404,
  LABELS_ONE_SIDED: 422,
  TOO_FEW_PATIENTS: 422,
  TOO_FEW_IMAGES: 422,
  TRAINING_DIVERGED: 422,
  TRAINING_FAILED: 500,
  CHECKPOINT_MISMATCH: 409,
  CALIBRATION_UNDEFINED: 500,
  CALIBRATION_NOT_CONVERGED: 500,
  CALIBRATOR_INVALID: 500,
  CALIBRATOR_NOT_FOUND: 404,
  POLICY_NOT_FOUND: 404,
  POLICY_INFEASIBLE: 422,
  SPLITS_OVERLAP: 422,
  DRIFT_ALARM: 409,
  CHAMPION_NOT_FOUND: 404,
  COMPARISON_NOT_FOUND: 404,
  PROMOTION_REFUSED: 409,
  RUN_NOT_FOUND: 404,
  RUN_ENDED: 409,
  RUN_CANCELLED: 409,
  DEAD_LETTER_NOT_FOUND: 404,
  TRAINING_NOT_FOUND: 404,
  SCHEDULE_NOT_FOUND: 404,
  TASK_UNKNOWN: 422,
  SWEEP_NOT_FOUND: 404,
  ROLLUP_WRONG: 500,
  LEDGER_UNBALANCED: 500,
  DEMO_AT_CHANCE: 500,
  API_KEY_NOT_FOUND: 404,
  API_UNAVAILABLE: 503,
  UNAUTHENTICATED: 401,
  ISSUER_UNAVAILABLE: 503,
  FORBIDDEN: 403,
  RATE_LIMITED: 429,
  ROUTE_NOT_FOUND: 404,
  REQUEST_TOO_LARGE: 413,
  REQUEST_TIMEOUT: 408,
  MEDIA_TYPE_UNSUPPORTED: 415,
  IDEMPOTENCY_KEY_REUSED: 422,
  IDEMPOTENCY_IN_PROGRESS: 409,
  IMPORT_NOT_FOUND: 404,
  IMAGE_NOT_FOUND: 404,
  STUDY_NOT_FOUND: 404,
  STUDY_CONFLICT: 409,
  CERTIFICATE_NOT_FOUND: 404,
  ARCHIVE_NOT_ALLOWED: 403,
  WORKER_FAILED: 500,
  INTERRUPTED: 503,
  INTERNAL: 500,
} as const satisfies Record<ErrorCode, number>;

/** RFC 9457 problem details; `code` is what clients branch on. */
export interface Problem {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly field?: string;
  readonly remedy?: string;
  /** Every field of a request that is not of its declared form. */
  readonly errors?: readonly FieldError[];
}

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** A server's own failure keeps its message in the log: it may name hosts, files or statements. */
export function problemOf(error: HairlineError, errors?: readonly FieldError[]): Problem {
  const status = HTTP_STATUS[error.code];
  return {
    type: "about:blank",
    title: error.code,
    status,
    code: error.code,
    detail: status >= 500 ? "The server could not do this; its log says why." : error.message,
    ...(error.field === undefined ? {} : { field: error.field }),
    ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    ...(errors === undefined ? {} : { errors }),
  };
}
