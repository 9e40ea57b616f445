import type { ErrorCode, HairlineError } from "@hairline/core/errors";

/** Codes that say the command or its configuration was wrong, not that the work failed. */
const USAGE_CODES: ReadonlySet<ErrorCode> = new Set(["BAD_ARGUMENT", "BAD_CONFIG", "BAD_THRESHOLD"]);

/** 1 the work failed, 2 the command or its configuration was wrong, 130 stopped by a signal. */
export function exitCodeOf(error: HairlineError): number {
  if (error.code === "INTERRUPTED") return 130;
  return USAGE_CODES.has(error.code) ? 2 : 1;
}
