import { createRoleLog, type Logger } from "@hairline/telemetry/log";

export type { Logger };

/** JSON lines with run, job and schedule ids; nothing that names a patient. */
export function createLog(level: string): Logger {
  return createRoleLog({ role: "scheduler", level });
}
