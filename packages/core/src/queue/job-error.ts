import { UnrecoverableError } from "bullmq";
import { ERROR_CODES, HairlineError, toHairlineError, type ErrorCode } from "../errors.ts";
import { isRetryable } from "./retryable.ts";

/**
 * A failure as BullMQ stores it: its message is the bare code and its stack has no message, because messages may
 * name object keys, which hold patient identifiers in some archives. `cause` keeps the whole error for this process.
 */
export function toJobError(error: unknown): Error {
  const known = toHairlineError(error);
  const stored = isRetryable(known) ? new Error(known.code) : new UnrecoverableError(known.code);
  stored.cause = known;
  const frames = (known.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  stored.stack = [known.code, ...frames].join("\n");
  return stored;
}

/** The HairlineError behind what BullMQ reports of a failed try. */
export function fromJobError(error: Error): HairlineError {
  if (error.cause instanceof HairlineError) return error.cause;
  const code = codeOfReason(error.message);
  return code === "INTERNAL" ? toHairlineError(error) : new HairlineError(code, error.message);
}

/** The code in a stored failure reason. BullMQ writes its own sentence for a job whose workers kept dying. */
export function codeOfReason(reason: string | undefined): ErrorCode {
  const known = ERROR_CODES.find((code) => code === reason);
  if (known !== undefined) return known;
  return reason?.startsWith("job stalled more than") === true ? "JOB_STALLED" : "INTERNAL";
}
