import { isHairlineError, type ErrorCode } from "@hairline/core/errors";

/** Where something failed, without a word that an archive, a file or a person chose. */
export interface LoggableError {
  readonly name: string;
  /** One of ours, or a driver's, such as ECONNRESET or an SQLSTATE. */
  readonly code?: string;
  /** Only of failures of servers and settings, whose messages name neither images nor patients. */
  readonly message?: string;
  /** The frames alone: the first line of a stack is the message. */
  readonly at: readonly string[];
  readonly cause?: LoggableError;
}

/** What these say is put together from addresses, states and settings. */
const HARMLESS: ReadonlySet<ErrorCode> = new Set([
  "BAD_CONFIG",
  "DATABASE_UNAVAILABLE",
  "DATABASE_MIGRATION_FAILED",
  "EMBEDDED_POSTGRES_FAILED",
  "QUEUE_UNAVAILABLE",
  "JOB_TIMEOUT",
  "JOB_STALLED",
  "ENGINE_UNAVAILABLE",
  "ENGINE_NOT_VERIFIED",
  "LEDGER_UNBALANCED",
  "RUN_NOT_FOUND",
  "INTERRUPTED",
]);

/** One line for people: the message where it is harmless, else only that it failed; the code says the rest. */
export function harmlessMessage(error: unknown): string {
  return isHairlineError(error) && HARMLESS.has(error.code) ? error.message : "failed";
}

const MAX_FRAMES = 8;
const MAX_CAUSES = 4;
const DRIVER_CODE = /^[A-Z0-9_]{1,40}$/;

/** @param error whatever was thrown; keys of objects, paths and texts in its messages stay out */
export function loggableError(error: unknown, depth = 0): LoggableError {
  if (!(error instanceof Error)) return { name: typeof error, at: [] };
  const { code } = error as NodeJS.ErrnoException;
  const at = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return {
    name: error.name,
    ...(typeof code === "string" && DRIVER_CODE.test(code) ? { code } : {}),
    ...(isHairlineError(error) && HARMLESS.has(error.code) ? { message: error.message } : {}),
    at: at.slice(0, MAX_FRAMES).map((line) => line.trim()),
    ...(error.cause instanceof Error && depth < MAX_CAUSES
      ? { cause: loggableError(error.cause, depth + 1) }
      : {}),
  };
}
