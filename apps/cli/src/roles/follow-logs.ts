import { open, type FileHandle } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";

const POLL_INTERVAL_MS = 250;
const CHUNK_BYTES = 64 * 1024;

export interface FollowLogOptions {
  readonly file: string;
  readonly label: string;
  readonly show: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Shows what is added to a log from now on, one compact line each, until the signal is aborted. The file is read
 * rather than a pipe, so that roles keep logging whatever becomes of this process.
 */
export async function followLog({ file, label, show, signal }: FollowLogOptions): Promise<void> {
  await using handle = await open(file, "a+", 0o600);
  let position = (await handle.stat()).size;
  let rest = "";
  const drain = async (): Promise<void> => {
    for (;;) {
      const chunk = await readFrom(handle, position);
      if (chunk.length === 0) return;
      position += chunk.length;
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) show(compactLine(label, line));
    }
  };
  while (!signal.aborted) {
    await drain();
    await wait(POLL_INTERVAL_MS, undefined, { signal }).catch(() => {});
  }
  await drain();
}

async function readFrom(handle: FileHandle, position: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, position);
  return buffer.subarray(0, bytesRead);
}

const LogLine = z.looseObject({ level: z.number(), time: z.number(), msg: z.string().default("") });
const LEVELS = new Map([
  [10, "trace"],
  [20, "debug"],
  [30, "info"],
  [40, "warn"],
  [50, "error"],
  [60, "fatal"],
]);
const LEFT_OUT: ReadonlySet<string> = new Set(["level", "time", "msg", "role", "pid", "hostname"]);

/** A JSON log line as a person reads it: time, role, level, message, fields. What is not JSON is shown as it is. */
export function compactLine(label: string, line: string): string {
  const parsed = LogLine.safeParse(jsonOf(line));
  if (!parsed.success) return `${label}: ${line}`;
  const { level, time, msg } = parsed.data;
  const fields = Object.entries(parsed.data)
    .filter(([name]) => !LEFT_OUT.has(name))
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const clock = new Date(time).toISOString().slice(11, 19);
  return [clock, label.padEnd(10), (LEVELS.get(level) ?? String(level)).padEnd(5), msg, ...fields].join(" ");
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
