import { pino, type DestinationStream, type Logger } from "pino";

export type { Logger };

/**
 * JSON lines with request ids, route patterns and actors. Never a URL, a header or a message of an error, which may
 * hold keys of patients or of the API.
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = { level, base: { role: "api", pid: process.pid } };
  return destination === undefined ? pino(options) : pino(options, destination);
}
