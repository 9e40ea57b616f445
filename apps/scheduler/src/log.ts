import { pino, type Logger } from "pino";

export type { Logger };

/** JSON lines with run and shard ids; nothing the scheduler handles names a patient. */
export function createLog(level: string): Logger {
  return pino({ level, base: { role: "scheduler", pid: process.pid } });
}
