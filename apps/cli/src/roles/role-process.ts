import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, closeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HairlineError, type ErrorCode } from "@hairline/core/errors";

export type RoleName = "scheduler" | "worker-gpu";

export interface RoleOptions {
  readonly role: RoleName;
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** What a role tells its parent once. */
type RoleMessage =
  | { readonly type: "ready" }
  | {
      readonly type: "failed";
      readonly code: ErrorCode;
      readonly message: string;
      readonly field?: string;
      readonly remedy?: string;
    };

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;

/** One child process in a role of its own. Apps meet only in the database and the queue, so it is never imported. */
export class RoleProcess {
  readonly logFile: string;
  readonly #options: RoleOptions;
  #child: ChildProcess | undefined;
  #stopping = false;

  constructor(options: RoleOptions) {
    this.#options = options;
    this.logFile = join(options.home, "logs", `${options.role}.log`);
  }

  /** Resolves when the role reports itself ready. @throws HairlineError WORKER_FAILED */
  async start(): Promise<void> {
    mkdirSync(join(this.#options.home, "logs"), { recursive: true, mode: 0o700 });
    const log = openSync(this.logFile, "a", 0o600);
    const entry = fileURLToPath(import.meta.resolve(`@hairline/${this.#options.role}/main`));
    const child = fork(entry, [], {
      env: this.#options.environment,
      stdio: ["ignore", log, log, "ipc"],
    });
    closeSync(log);
    this.#child = child;
    await this.#whenReady(child);
  }

  async #whenReady(child: ChildProcess): Promise<void> {
    const timeout = AbortSignal.timeout(START_TIMEOUT_MS);
    const failed = (reason: string) =>
      new HairlineError("WORKER_FAILED", `The ${this.#options.role} process ${reason}.`, {
        file: this.logFile,
        remedy: "Read the log file named; run the same command again to resume.",
      });
    await new Promise<void>((resolve, reject) => {
      child.once("message", (message: RoleMessage) => {
        if (message.type === "failed") reject(reportedFailure(message, this.logFile));
        else resolve();
      });
      child.once("error", (cause) => reject(failed(`could not be started: ${cause.message}`)));
      child.once("exit", (code, signal) => reject(failed(`ended with ${signal ?? `exit code ${code}`}`)));
      timeout.addEventListener("abort", () =>
        reject(failed(`was not ready after ${START_TIMEOUT_MS / 1000} s`)),
      );
    });
  }

  /** Resolves when the process ends without having been asked to. */
  async unexpectedEnd(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    if (this.#stopping) await new Promise<never>(() => {});
  }

  /** Asks the process to finish what it holds; ends it after a deadline. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    const deadline = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(deadline);
  }
}

/** The role's own reason, which says more than its exit code. */
function reportedFailure(
  { code, message, field, remedy }: Extract<RoleMessage, { type: "failed" }>,
  file: string,
): HairlineError {
  return new HairlineError(code, message, {
    file,
    ...(field === undefined ? {} : { field }),
    ...(remedy === undefined ? {} : { remedy }),
  });
}
