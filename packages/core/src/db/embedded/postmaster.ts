import { readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";

import { isAliveIn } from "./process-alive.ts";

/** Above every pid a kernel gives out (Linux: 2^22), so signalling it always finds no process. */
const IMPOSSIBLE_PID = 99_999_999;

export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly status: "starting" | "ready" | "stopping";
}

/** The running server of a data folder as its postmaster.pid tells; undefined when none runs. */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const lines = await pidFileLines(data);
  if (!lines) return undefined;
  const [pid, port, state] = [Number(lines[0]), Number(lines[3]), lines[7]?.trim()];
  if (!(await isAliveIn(pid, data))) return undefined;
  // Where /proc cannot tell a reused pid, the port can: a server that calls itself ready listens.
  if (state === "ready" && !(await isListening(port))) return undefined;
  return { pid, port, status: state === "ready" || state === "stopping" ? state : "starting" };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "ECONNREFUSED"));
    socket.once("connect", () => socket.destroy());
  });
}

/**
 * Lets a server start over a postmaster.pid whose process is gone although its pid still answers signals: a
 * zombie without an init to reap it, or a pid given to another process (after a reboot, or in a container
 * where pids repeat). The line is overwritten rather than the file removed, because PostgreSQL reads from the
 * other lines whether back ends of the old server still use its shared memory.
 */
export async function disownStalePidFile(data: string): Promise<void> {
  const lines = await pidFileLines(data);
  if (!lines || (await findPostmaster(data))) return;
  await writeFile(join(data, "postmaster.pid"), [String(IMPOSSIBLE_PID), ...lines.slice(1)].join("\n"));
}

async function pidFileLines(data: string): Promise<string[] | undefined> {
  try {
    const lines = (await readFile(join(data, "postmaster.pid"), "utf8")).split("\n");
    return Number(lines[0]) > 0 ? lines : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
