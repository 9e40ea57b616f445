import { trace } from "@opentelemetry/api";
import { pino, type DestinationStream, type Logger } from "pino";
import { loggableError } from "./loggable-error.ts";

export type { Logger };

export interface RoleLogOptions {
  /** Such as `worker-gpu`. */
  readonly role: string;
  readonly level: string;
  /** Standard output when left out. */
  readonly destination?: DestinationStream | undefined;
}

/**
 * JSON lines. An error, under whichever of these names and at whatever level, loses its message, which may hold object
 * keys and with them identifiers of patients. Lines written inside a span carry its trace.
 */
export function createRoleLog({ role, level, destination }: RoleLogOptions): Logger {
  const serializeError = (error: unknown) => loggableError(error);
  const options = {
    level,
    base: { role, pid: process.pid },
    serializers: { err: serializeError, error: serializeError, cause: serializeError },
    mixin: activeTrace,
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function activeTrace(): object {
  const span = trace.getActiveSpan();
  if (span === undefined) return {};
  const { traceId, spanId } = span.spanContext();
  return { traceId, spanId };
}
