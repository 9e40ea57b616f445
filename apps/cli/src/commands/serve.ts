import { InvalidArgumentError, type Command } from "commander";
import { z } from "zod";
import type { CliContext } from "../context.ts";
import { RoleProcess } from "../roles/role-process.ts";

interface ServeOptions {
  readonly host?: string;
  readonly port?: number;
  readonly open?: boolean;
}

const Ready = z.object({ addresses: z.array(z.object({ address: z.string(), port: z.number() })).min(1) });

export function registerServe(program: Command, context: CliContext): void {
  program
    .command("serve")
    .description("run the HTTP API alone, on the embedded or given PostgreSQL; Ctrl-C stops it")
    .option("--host <address>", "address to listen on (default 127.0.0.1)")
    .option("--port <n>", "port to listen on; 0 takes a free one (default 8080)", port)
    .option("--open", "answer on loopback without a key: for one person on their own computer")
    .action((options: ServeOptions) => serve(context, options));
}

async function serve(context: CliContext, options: ServeOptions): Promise<void> {
  const { config, output, signal } = context;
  const stack = await context.openStack();
  const role = new RoleProcess({
    role: "api",
    home: config.home,
    environment: environmentOf(context, stack, options),
  });
  const { addresses } = Ready.parse(await role.start());
  for (const { address, port: bound } of addresses)
    output.line(`http://${address.includes(":") ? `[${address}]` : address}:${bound}`);
  output.notice(`logs in ${role.logFile}; Ctrl-C stops`);
  if (options.open !== true)
    output.notice("requests need a key: make one with `hairline keys create --name me --scope admin`");
  try {
    await Promise.race([untilAborted(signal), role.unexpectedEnd()]);
  } finally {
    await role.stop();
  }
}

function environmentOf(
  { config }: CliContext,
  { database, queue }: Awaited<ReturnType<CliContext["openStack"]>>,
  { host, port: asked, open }: ServeOptions,
): NodeJS.ProcessEnv {
  return {
    ...config.environment,
    HAIRLINE_HOME: config.home,
    DATABASE_URL: database.url,
    ...(queue.kind === "redis" ? { REDIS_URL: queue.url } : {}),
    ...(host === undefined ? {} : { HAIRLINE_API_HOST: host }),
    ...(asked === undefined ? {} : { HAIRLINE_API_PORT: String(asked) }),
    ...(open === true ? { HAIRLINE_API_OPEN: "loopback" } : {}),
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError("expected a port, 0 to 65535.");
}
