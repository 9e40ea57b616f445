import { existsSync } from "node:fs";
import { readFile, readlink, realpath, stat } from "node:fs/promises";

/** True while the process runs; a zombie, which still takes signals, counts as dead. */
export async function isProcessAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, as another user.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const state = (await statFields(pid))?.[0];
  return state !== "Z" && state !== "X";
}

/** When the process started, in ticks since boot, to tell a reused pid; null where /proc is not there. */
export async function processStartTime(pid: number): Promise<string | null> {
  return (await statFields(pid))?.[19] ?? null;
}

/**
 * True when the process lives and works in `folder`, which its owner owns: that tells a server, whose working
 * folder is its data, from a process that was given the same pid. Without /proc, living is all there is to see.
 */
export async function isAliveIn(pid: number, folder: string): Promise<boolean> {
  if (!(await isProcessAlive(pid))) return false;
  if (!existsSync("/proc/self/cwd")) return true;
  try {
    if ((await stat(`/proc/${pid}`)).uid !== (await stat(folder)).uid) return false;
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(folder));
  } catch (error) {
    // A system that hides even one's own processes leaves it open: then it is taken for the server.
    return ["EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "");
  }
}

/** The fields of /proc/pid/stat after the command name, which may itself hold spaces and brackets. */
async function statFields(pid: number): Promise<string[] | undefined> {
  try {
    const line = await readFile(`/proc/${pid}/stat`, "utf8");
    return line.slice(line.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
