import { pino, type Logger } from "pino";

export type { Logger };

/** JSON lines with run and shard ids. Object keys and messages, which may hold patient identifiers, stay at debug. */
export function createLog(level: string): Logger {
  return pino({ level, base: { role: "worker-gpu", pid: process.pid } });
}
