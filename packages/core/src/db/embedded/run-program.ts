import { spawn, type SpawnOptions } from "node:child_process";
import { platform } from "node:os";

/**
 * What the server's programs see of the environment: a plain C locale. Windows needs its own variables to
 * load libraries, so there they are inherited.
 */
export const PROGRAM_ENVIRONMENT: Pick<SpawnOptions, "env"> =
  platform() === "win32" ? {} : { env: { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" } };

export interface ProgramResult {
  /** Exit status; null when it could not be started or was killed. */
  readonly status: number | null;
  readonly output: string;
}

/** Runs a program to its end and collects what it prints; a program that cannot start is a result too. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: SpawnOptions,
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      ...PROGRAM_ENVIRONMENT,
      ...options,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-16_384);
    };
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
    child.once("error", (error) =>
      resolve({ status: null, output: `${output}${program}: ${error.message}` }),
    );
    child.once("close", (status) => resolve({ status, output }));
  });
}
