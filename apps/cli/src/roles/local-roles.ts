import { availableParallelism } from "node:os";
import { HairlineError } from "@hairline/core/errors";
import type { CliConfig } from "../config.ts";
import type { Stack } from "../context.ts";
import { workerEnvironments, type LocalWorkers } from "./local-workers.ts";
import { RoleProcess, type RoleName, type RoleOptions } from "./role-process.ts";

export interface LocalRolesOptions {
  readonly config: CliConfig;
  readonly stack: Stack;
  /** Worker processes beside the one scheduler. */
  readonly workers: LocalWorkers;
  /** Called when a process died and another one takes its place. */
  readonly onRestart: (role: RoleName) => void;
}

/** Restarts of one role before the command gives up: a crash on every start must not loop for ever. */
const RESTARTS = 5;

/** A scheduler and workers as child processes, restarted when they die: the queue gives their work to the next one. */
export class LocalRoles implements AsyncDisposable {
  readonly #running: RoleProcess[] = [];
  readonly #failure: { promise: Promise<never>; reject: (error: HairlineError) => void };
  readonly #onRestart: (role: RoleName) => void;
  #stopped = false;

  private constructor(onRestart: (role: RoleName) => void) {
    this.#onRestart = onRestart;
    let reject: (error: HairlineError) => void = () => {};
    const promise = new Promise<never>((_, rejectPromise) => {
      reject = rejectPromise;
    });
    promise.catch(() => {});
    this.#failure = { promise, reject };
  }

  static async start(options: LocalRolesOptions): Promise<LocalRoles> {
    const roles = new LocalRoles(options.onRestart);
    const environment = roleEnvironment(options);
    const cores = availableParallelism();
    const workers = workerEnvironments(options.workers, { cores, environment });
    const { home } = options.config;
    const planned: RoleOptions[] = [
      { role: "scheduler", home, environment },
      ...workers.map((each): RoleOptions => ({ role: "worker-gpu", home, environment: each })),
    ];
    try {
      await Promise.all(planned.map((each) => roles.#supervise(() => new RoleProcess(each), each.role)));
    } catch (error) {
      await roles.stop();
      throw error;
    }
    return roles;
  }

  async #supervise(create: () => RoleProcess, role: RoleName): Promise<void> {
    let process = create();
    this.#running.push(process);
    await process.start();
    const watch = async () => {
      for (let restarts = 0; restarts < RESTARTS; restarts += 1) {
        await process.unexpectedEnd();
        if (this.#stopped) return;
        this.#onRestart(role);
        const replacement = create();
        this.#running.splice(this.#running.indexOf(process), 1, replacement);
        process = replacement;
        await process.start();
      }
      await process.unexpectedEnd();
      throw new HairlineError("WORKER_FAILED", `The ${role} process kept ending.`, { file: process.logFile });
    };
    watch().catch((error: HairlineError) => this.#failure.reject(error));
  }

  /** Never resolves; rejects with WORKER_FAILED when a role cannot be kept alive. */
  get failure(): Promise<never> {
    return this.#failure.promise;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running.map((process) => process.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function roleEnvironment({ config, stack }: LocalRolesOptions): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {
    ...config.environment,
    HAIRLINE_HOME: config.home,
    DATABASE_URL: stack.database.url,
  };
  if (stack.queue.kind === "redis") environment["REDIS_URL"] = stack.queue.url;
  else delete environment["REDIS_URL"];
  return environment;
}
