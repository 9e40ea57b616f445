import { availableParallelism } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { HairlineError } from "@hairline/core/errors";
import type { CliConfig } from "../config.ts";
import type { Stack } from "../context.ts";
import { workerEnvironments, type LocalWorkers } from "./local-workers.ts";
import { withMetricsPort } from "./metrics-port.ts";
import { RoleProcess, type RoleName, type RoleOptions } from "./role-process.ts";

export interface LocalRolesOptions {
  readonly config: CliConfig;
  readonly stack: Stack;
  /** Worker processes beside the one scheduler. */
  readonly workers: LocalWorkers;
  /** Variables of an API to run beside them; none when left out. */
  readonly api?: NodeJS.ProcessEnv;
  /** Called when a process died and another one takes its place after so long. */
  readonly onRestart: (role: RoleName, delayMs: number) => void;
}

/** Crashes in a row before the command gives up: a crash on every start must not loop for ever. */
const CRASHES = 5;

/** A process that ran for so long has started well: its crash is the first of a row. */
const STEADY_MS = 60_000;

/** Wait before the second restart of a row; it doubles with each further one. The first is at once. */
const BACKOFF_MS = 1_000;

interface Supervised {
  readonly role: RoleName;
  readonly create: () => RoleProcess;
  process: RoleProcess;
}

/** A scheduler, workers and perhaps an API as child processes, restarted when they die: the queue gives their work on. */
export class LocalRoles implements AsyncDisposable {
  readonly #supervised: Supervised[] = [];
  readonly #failure: { promise: Promise<never>; reject: (error: HairlineError) => void };
  readonly #onRestart: LocalRolesOptions["onRestart"];
  readonly #stopping = new AbortController();
  /** What the API said when it was ready; undefined without one. */
  apiReady: unknown;

  private constructor(onRestart: LocalRolesOptions["onRestart"]) {
    this.#onRestart = onRestart;
    let reject: (error: HairlineError) => void = () => {};
    const promise = new Promise<never>((_, rejectPromise) => {
      reject = rejectPromise;
    });
    promise.catch(() => {});
    this.#failure = { promise, reject };
  }

  /** @throws HairlineError WORKER_FAILED when a role does not start; the others are stopped */
  static async start(options: LocalRolesOptions): Promise<LocalRoles> {
    const roles = new LocalRoles(options.onRestart);
    const environment = roleEnvironment(options);
    const { home } = options.config;
    const workers = workerEnvironments(options.workers, { cores: availableParallelism(), environment });
    const planned: RoleOptions[] = [
      { role: "scheduler", home, environment: withMetricsPort(environment, "scheduler") },
      ...workers.map((each, nth): RoleOptions => {
        return { role: "worker-gpu", home, environment: withMetricsPort(each, "worker-gpu", nth) };
      }),
    ];
    const { api } = options;
    if (api !== undefined) planned.push({ role: "api", home, environment: { ...environment, ...api } });
    const creators = planned.map((each) => ({ role: each.role, create: () => new RoleProcess(each) }));
    const settled = await Promise.allSettled(creators.map((creator) => roles.#supervise(creator)));
    const failed = settled.find((outcome) => outcome.status === "rejected");
    if (failed === undefined) return roles;
    await roles.stop();
    throw failed.reason;
  }

  async #supervise({ role, create }: Pick<Supervised, "role" | "create">): Promise<void> {
    const supervised = { role, create, process: create() };
    this.#supervised.push(supervised);
    const ready = await supervised.process.start();
    if (role === "api") this.apiReady = ready;
    this.#keepAlive(supervised).catch((error: HairlineError) => this.#failure.reject(error));
  }

  async #keepAlive(supervised: Supervised): Promise<void> {
    const { signal } = this.#stopping;
    for (let crashes = 0; ;) {
      const startedMs = performance.now();
      await supervised.process.unexpectedEnd();
      crashes = performance.now() - startedMs > STEADY_MS ? 1 : crashes + 1;
      if (crashes > CRASHES) throw keptEnding(supervised);
      const delayMs = crashes === 1 ? 0 : BACKOFF_MS * 2 ** (crashes - 2);
      if (signal.aborted) return;
      this.#onRestart(supervised.role, delayMs);
      await wait(delayMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      supervised.process = supervised.create();
      // One that does not get ready counts as one more crash.
      await supervised.process.start().catch(() => supervised.process.kill());
    }
  }

  /** Never resolves; rejects with WORKER_FAILED when a role cannot be kept alive. */
  get failure(): Promise<never> {
    return this.#failure.promise;
  }

  /** Lets each finish what it holds, the API first: what it takes in would wait for the others. @returns the roles killed or failed */
  async stop(): Promise<RoleName[]> {
    this.#stopping.abort();
    const untidy: RoleName[] = [];
    for (const isTurn of [(role: RoleName) => role === "api", (role: RoleName) => role !== "api"]) {
      const stopped = this.#supervised.filter(({ role }) => isTurn(role));
      const ended = await Promise.all(stopped.map(({ process }) => process.stop()));
      untidy.push(...stopped.filter((_, at) => ended[at] === false).map(({ role }) => role));
    }
    return untidy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function keptEnding({ role, process }: Supervised): HairlineError {
  return new HairlineError("WORKER_FAILED", `The ${role} process kept ending.`, {
    file: process.logFile,
    remedy: "Read the log file named; run the same command again to resume.",
  });
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
