import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { limitFiles } from "../file-limit.ts";

export const ROLES = ["scheduler", "worker-gpu", "api"] as const;
export type RoleName = (typeof ROLES)[number];

export interface RoleStart {
  readonly env: NodeJS.ProcessEnv;
  /** Module loaded before the role's own, also in its threads. */
  readonly preload?: string | undefined;
  /** Largest file the process may write: see `limitFiles`. */
  readonly fileBlocks?: number | undefined;
}

/** A process of the service, started as a supervisor starts it. */
export class RoleProcess implements AsyncDisposable {
  readonly role: RoleName;
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;
  readonly #ready: Promise<unknown>;
  #output = "";
  #isEnded = false;

  constructor(role: RoleName, start: RoleStart) {
    this.role = role;
    this.#child = spawnRole(role, start);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
    // Listened to from the start: a process may end, or be ready, while something else is awaited.
    this.#ended = once(this.#child, "exit").then(([code, signal]) => {
      this.#isEnded = true;
      return String(signal ?? code);
    });
    this.#ready = once(this.#child, "message").then(([message]) => message as unknown);
    for (const promise of [this.#ended, this.#ready]) promise.catch(() => {});
  }

  /** What it said when it was ready. @throws Error with its output when it ended instead */
  async whenReady(): Promise<unknown> {
    const failed = this.#ended.then((ending) => {
      throw new Error(`the ${this.role} ended with ${ending} before it was ready:\n${this.#output}`);
    });
    failed.catch(() => {});
    return Promise.race([this.#ready, failed]);
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Everything it logged. */
  get output(): string {
    return this.#output;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** kill -9 */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}

function spawnRole(role: RoleName, { env, preload, fileBlocks }: RoleStart): ChildProcess {
  const main = fileURLToPath(import.meta.resolve(`@hairline/${role}/main`));
  const imports = ["tsx", ...(preload === undefined ? [] : [preload])];
  const args = ["--conditions=development", ...imports.flatMap((name) => ["--import", name]), main];
  const node = { program: process.execPath, args };
  const command = fileBlocks === undefined ? node : limitFiles(node, fileBlocks);
  return spawn(command.program, [...command.args], { env, stdio: ["ignore", "pipe", "pipe", "ipc"] });
}
