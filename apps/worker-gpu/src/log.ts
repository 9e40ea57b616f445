import { createRoleLog, type Logger } from "@hairline/telemetry/log";

export type { Logger };

/** JSON lines with run and shard ids; no object key, path or message of an image at any level. */
export function createLog(level: string): Logger {
  return createRoleLog({ role: "worker-gpu", level });
}
