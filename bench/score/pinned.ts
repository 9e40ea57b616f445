import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { BenchmarkResult } from "../benchmark.ts";

/**
 * This very command in a process that may use only the first cores; whatever it starts inherits that.
 * @throws Error when taskset is missing or the process gives no result
 */
export async function runPinned(cores: number): Promise<BenchmarkResult> {
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1), "--json"];
  const child = spawn("taskset", ["--cpu-list", `0-${cores - 1}`, ...command], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  try {
    // A missed target makes the exit code 1, and is told in the result.
    return JSON.parse(output) as BenchmarkResult;
  } catch (cause) {
    throw new Error(`the benchmark on ${cores} cores ended with exit code ${String(code)}`, { cause });
  }
}
