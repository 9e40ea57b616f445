import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Lets this process, and whatever it starts from now on, use the first cores only. @throws Error without taskset */
export async function pinTo(cores: number): Promise<void> {
  await promisify(execFile)("taskset", ["-acp", `0-${cores - 1}`, String(process.pid)]);
}
