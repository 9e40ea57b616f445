import { readFile } from "node:fs/promises";

/** Memory of the process that is in RAM, in MiB; NaN where the system does not tell or the process has ended. */
export async function residentMebibytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
}
