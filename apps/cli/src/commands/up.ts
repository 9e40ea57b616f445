import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { HairlineError } from "@hairline/core/errors";
import type { Command } from "commander";
import { z } from "zod";
import type { CliContext, Stack } from "../context.ts";
import { followLog } from "../roles/follow-logs.ts";
import { chooseLocalWorkers, parseDevices } from "../roles/local-workers.ts";
import { LocalRoles } from "../roles/local-roles.ts";
import { logFileOf, type RoleName } from "../roles/role-process.ts";
import { wholeNumber } from "../whole-number.ts";

interface UpOptions {
  readonly workers?: number;
  readonly devices?: readonly number[];
  readonly port: number;
  readonly open?: boolean;
  readonly quiet?: boolean;
}

export function registerUp(program: Command, context: CliContext): void {
  program
    .command("up")
    .description("run everything on this computer: scheduler, workers and API; Ctrl-C stops them")
    .option("--workers <n>", "worker processes, which share the cores (default 1)", wholeNumber)
    .option("--devices <list>", "a worker for each GPU named, such as 0,1", parseDevices)
    .option("--port <n>", "port of the API on 127.0.0.1; 0 takes a free one", wholeNumber, 8080)
    .option("--open", "let the API answer on loopback without a key: for one person on their own computer")
    .option("--quiet", "do not show what the roles log")
    .action((options: UpOptions) => runUp(context, options));
}

async function runUp(context: CliContext, options: UpOptions): Promise<void> {
  const { config, output, signal } = context;
  const workers = chooseLocalWorkers(options, config.environment);
  const stack = await context.openStack();
  const logs = new AbortController();
  const following = options.quiet === true ? undefined : followLogs(context, logs.signal);
  // It may fail while the roles still start, before anyone awaits it.
  following?.catch(() => {});
  try {
    const roles = await LocalRoles.start({
      // Everything includes trainings that the API or a schedule asks for.
      config: { ...config, environment: { HAIRLINE_QUEUES: "score,train", ...config.environment } },
      stack,
      workers,
      api: apiEnvironment(options),
      onRestart: (role, delayMs) =>
        output.notice(`the ${role} process ended unexpectedly; starting another in ${delayMs / 1000} s`),
    });
    announce(context, stack, roles.apiReady);
    if (options.open !== true) output.notice("the API asks for a key: hairline keys create makes one");
    try {
      await untilEnd(roles, signal);
    } finally {
      await stopRoles(context, roles);
    }
  } finally {
    logs.abort();
    await following;
  }
  output.notice("stopped in order");
}

/** Resolves on Ctrl-C or SIGTERM. @throws HairlineError WORKER_FAILED when a role cannot be kept alive */
async function untilEnd(roles: LocalRoles, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const asked = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await Promise.race([asked, roles.failure]);
}

async function stopRoles({ output }: CliContext, roles: LocalRoles): Promise<void> {
  output.notice("stopping: what is at work is finished or given back; Ctrl-C again ends at once");
  const untidy = await roles.stop();
  if (untidy.length === 0) return;
  throw new HairlineError("WORKER_FAILED", `These did not stop in order: ${untidy.join(", ")}.`, {
    remedy: "Nothing is lost: their work is done again. Read their logs.",
  });
}

function apiEnvironment({ port, open }: UpOptions): NodeJS.ProcessEnv {
  return {
    HAIRLINE_API_HOST: "127.0.0.1",
    HAIRLINE_API_PORT: String(port),
    ...(open === true ? { HAIRLINE_API_OPEN: "loopback" } : {}),
  };
}

const ApiReady = z.object({ addresses: z.array(z.object({ address: z.string(), port: z.number() })).min(1) });

function announce({ config, output }: CliContext, { queue }: Stack, apiReady: unknown): void {
  const [address] = ApiReady.parse(apiReady).addresses;
  output.line(`api   http://${address?.address}:${address?.port}`);
  output.line(`queue ${queue.kind === "redis" ? "Redis" : "PostgreSQL"}`);
  output.line(`logs  ${join(config.home, "logs")}`);
  output.notice("running; Ctrl-C stops");
}

const ROLES: readonly RoleName[] = ["scheduler", "worker-gpu", "api"];

async function followLogs({ config, output }: CliContext, signal: AbortSignal): Promise<void> {
  await mkdir(join(config.home, "logs"), { recursive: true, mode: 0o700 });
  await Promise.all(
    ROLES.map((role) =>
      followLog({
        file: logFileOf({ home: config.home, role }),
        label: role,
        show: (line) => output.notice(line),
        signal,
      }),
    ),
  );
}
