import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, closeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HairlineError, type ErrorCode } from "@hairline/core/errors";

export type RoleName = "scheduler" | "worker-gpu" | "api";

export interface RoleOptions {
  readonly role: RoleName;
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** What a role that cannot start tells its parent. */
interface ReportedFailure {
  readonly type: "failed";
  readonly code: ErrorCode;
  readonly message: string;
  readonly field?: string;
  readonly remedy?: string;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;

/** Where a role logs; processes of one role share the file. */
export function logFileOf({ home, role }: Pick<RoleOptions, "home" | "role">): string {
  return join(home, "logs", `${role}.log`);
}

/** One child process in a role of its own. Apps meet only in the database and the queue, so it is never imported. */
export class RoleProcess {
  readonly logFile: string;
  readonly #options: RoleOptions;
  #child: ChildProcess | undefined;
  #stopping = false;

  constructor(options: RoleOptions) {
    this.#options = options;
    this.logFile = logFileOf(options);
  }

  /** Resolves with what the role says when it is ready. @throws HairlineError WORKER_FAILED, or what the role reports */
  async start(): Promise<unknown> {
    mkdirSync(join(this.#options.home, "logs"), { recursive: true, mode: 0o700 });
    const log = openSync(this.logFile, "a", 0o600);
    const entry = fileURLToPath(import.meta.resolve(`@hairline/${this.#options.role}/main`));
    const child = fork(entry, [], {
      env: this.#options.environment,
      stdio: ["ignore", log, log, "ipc"],
    });
    closeSync(log);
    this.#child = child;
    return this.#whenReady(child);
  }

  async #whenReady(child: ChildProcess): Promise<unknown> {
    const timeout = AbortSignal.timeout(START_TIMEOUT_MS);
    const failed = (reason: string) =>
      new HairlineError("WORKER_FAILED", `The ${this.#options.role} process ${reason}.`, {
        file: this.logFile,
        remedy: "Read the log file named; run the same command again to resume.",
      });
    return new Promise((resolve, reject) => {
      child.once("message", (message: { readonly type?: string }) => {
        if (message.type === "failed") reject(reportedFailure(message as ReportedFailure, this.logFile));
        else resolve(message);
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

  /** Ends the process at once: one that did not get ready in its time. */
  kill(): void {
    this.#child?.kill("SIGKILL");
  }

  /** Asks the process to finish what it holds; ends it after a deadline. @returns whether it ended by itself, in order */
  async stop(): Promise<boolean> {
    this.#stopping = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      return child?.exitCode === 0;
    }
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    const deadline = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(deadline);
    return child.exitCode === 0;
  }
}

/** The role's own reason, which says more than its exit code. */
function reportedFailure({ code, message, field, remedy }: ReportedFailure, file: string): HairlineError {
  return new HairlineError(code, message, {
    file,
    ...(field === undefined ? {} : { field }),
    ...(remedy === undefined ? {} : { remedy }),
  });
}
