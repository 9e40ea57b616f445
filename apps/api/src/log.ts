import { createRoleLog, type Logger } from "@hairline/telemetry/log";
import type { DestinationStream } from "pino";

export type { Logger };

/**
 * JSON lines with request ids, route patterns and actors. Never a URL, a header or a message of an error, which may
 * hold keys of patients or of the API.
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  return createRoleLog({ role: "api", level, destination });
}
