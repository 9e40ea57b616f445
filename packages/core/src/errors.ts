/**
 * Every failure a caller can act on has one literal code. Tests, HTTP status and retry decisions look at
 * `code`, never at `message`. docs/ERRORS.md lists the same codes (a test holds them equal); a retired code
 * is never reused.
 */
export const ERROR_CODES = [
  // configuration and environment
  "BAD_CONFIG",
  "BAD_ARGUMENT",
  "DATABASE_UNAVAILABLE",
  "DATABASE_MIGRATION_FAILED",
  "EMBEDDED_POSTGRES_FAILED",
  "QUEUE_UNAVAILABLE",
  "STORE_UNAVAILABLE",
  "STORE_DENIED",
  "STORE_FULL",
  "INVALID_JOB",
  "JOB_TIMEOUT",
  "JOB_STALLED",
  // archives and import
  "ARCHIVE_NOT_FOUND",
  "ARCHIVE_LAYOUT_UNKNOWN",
  "ROW_INVALID",
  "ROW_LABEL_CONFLICT",
  "PATH_OUTSIDE_ROOT",
  "IMAGE_FILE_MISSING",
  "DATASET_NOT_FOUND",
  "DATASET_NAME_TAKEN",
  // images
  "IMAGE_EMPTY",
  "IMAGE_UNREADABLE",
  "IMAGE_TRUNCATED",
  "IMAGE_FORMAT_UNSUPPORTED",
  "IMAGE_TOO_LARGE",
  "IMAGE_DECODE_TIMEOUT",
  "IMAGE_CHANGED",
  "ZIP_UNREADABLE",
  "ZIP_TOO_LARGE",
  // models and inference
  "MODEL_NOT_FOUND",
  "MODEL_NAME_TAKEN",
  "MODEL_DAMAGED",
  "WEIGHTS_UNREADABLE",
  "WEIGHTS_UNSAFE_PICKLE",
  "WEIGHTS_ARCHITECTURE_UNKNOWN",
  "WEIGHTS_TENSOR_MISSING",
  "WEIGHTS_TENSOR_UNEXPECTED",
  "WEIGHTS_TENSOR_SHAPE",
  "WEIGHTS_TENSOR_NOT_FINITE",
  "PREPROCESSING_CHANGED",
  "ENGINE_UNAVAILABLE",
  "ENGINE_NOT_VERIFIED",
  "INFERENCE_FAILED",
  // facts and readings
  "BAD_SHAPE",
  "BAD_THRESHOLD",
  "FACTS_MISSING",
  "NO_PREDICTIONS",
  "LABELS_ONE_SIDED",
  "TOO_FEW_PATIENTS",
  "TOO_FEW_IMAGES",
  "TRAINING_DIVERGED",
  "TRAINING_FAILED",
  "CHECKPOINT_MISMATCH",
  // calibration
  "CALIBRATION_UNDEFINED",
  "CALIBRATION_NOT_CONVERGED",
  "CALIBRATOR_INVALID",
  "CALIBRATOR_NOT_FOUND",
  // policies and certificates
  "POLICY_NOT_FOUND",
  "POLICY_INFEASIBLE",
  "SPLITS_OVERLAP",
  "DRIFT_ALARM",
  // champions
  "CHAMPION_NOT_FOUND",
  "COMPARISON_NOT_FOUND",
  "PROMOTION_REFUSED",
  // runs
  "RUN_NOT_FOUND",
  "RUN_ENDED",
  "RUN_CANCELLED",
  "DEAD_LETTER_NOT_FOUND",
  "TRAINING_NOT_FOUND",
  "SCHEDULE_NOT_FOUND",
  "TASK_UNKNOWN",
  "SWEEP_NOT_FOUND",
  "ROLLUP_WRONG",
  "LEDGER_UNBALANCED",
  "DEMO_AT_CHANCE",
  // access and requests
  "API_KEY_NOT_FOUND",
  "API_UNAVAILABLE",
  "UNAUTHENTICATED",
  "ISSUER_UNAVAILABLE",
  "FORBIDDEN",
  "RATE_LIMITED",
  "ROUTE_NOT_FOUND",
  "REQUEST_TOO_LARGE",
  "REQUEST_TIMEOUT",
  "MEDIA_TYPE_UNSUPPORTED",
  "IDEMPOTENCY_KEY_REUSED",
  "IDEMPOTENCY_IN_PROGRESS",
  "IMPORT_NOT_FOUND",
  "IMAGE_NOT_FOUND",
  "STUDY_NOT_FOUND",
  "STUDY_CONFLICT",
  "CERTIFICATE_NOT_FOUND",
  "ARCHIVE_NOT_ALLOWED",
  // processes
  "WORKER_FAILED",
  "INTERRUPTED",
  "INTERNAL",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ErrorContext {
  /** The file, object key or URL the failure is about; never a patient identifier in logs. */
  readonly file?: string;
  /** The field, column, tensor or option the failure is about. */
  readonly field?: string;
  /** One-based line of a CSV. */
  readonly line?: number;
  /** What the user can do about it, as one imperative sentence. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/** The one error class of the project: a literal code, the place and the remedy. */
export class HairlineError extends Error {
  override readonly name = "HairlineError";
  readonly code: ErrorCode;
  readonly file: string | undefined;
  readonly field: string | undefined;
  readonly line: number | undefined;
  readonly remedy: string | undefined;

  constructor(code: ErrorCode, message: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.code = code;
    this.file = context.file;
    this.field = context.field;
    this.line = context.line;
    this.remedy = context.remedy;
  }
}

export function isHairlineError(error: unknown): error is HairlineError {
  return error instanceof HairlineError;
}

/** The error as a HairlineError: itself, or INTERNAL around anything else, keeping the cause. */
export function toHairlineError(error: unknown): HairlineError {
  if (isHairlineError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new HairlineError("INTERNAL", message, { cause: error });
}
