import { migrate, openDatabase } from "@hairline/core/db";
import { toHairlineError } from "@hairline/core/errors";
import { openQueues } from "@hairline/core/queue";
import { openObjectStore } from "@hairline/core/storage";
import { harmlessMessage } from "@hairline/telemetry/log";
import { createArchiveRoots } from "./archives/archive-roots.ts";
import { createAuthentication } from "./auth/authenticate.ts";
import { createTokenVerifier } from "./auth/oidc-tokens.ts";
import { loadConfig, type ApiConfig } from "./config.ts";
import { startImports } from "./archives/run-imports.ts";
import { createLog, type Logger } from "./log.ts";
import { observeApi, traceApi } from "./observe-api.ts";
import { createServer } from "./server.ts";

async function main(): Promise<number> {
  let log = createLog("info");
  try {
    const config = loadConfig(process.env);
    log = createLog(config.logLevel);
    await serve(config, log);
    return 0;
  } catch (error) {
    const { code, message, field, remedy } = toHairlineError(error);
    process.send?.({ type: "failed", code, message, field, remedy });
    log.fatal({ code, field, remedy, error }, harmlessMessage(error));
    return code === "BAD_CONFIG" ? 2 : 1;
  }
}

/** Serves until asked to stop; then answers what is under way and ends streams. */
async function serve(config: ApiConfig, log: Logger): Promise<void> {
  const stopRequest = whenAskedToStop();
  await using tracing = await traceApi(config, log);
  await using database = await openDatabase(config.databaseUrl);
  await migrate(database);
  await using queues = await openQueues(config.queue, {
    onWarning: (message) => log.warn(message),
    telemetry: tracing.queues,
  });
  const verifyToken = config.oidc === undefined ? undefined : createTokenVerifier(config.oidc);
  const archives = createArchiveRoots(config.archiveRoots);
  await startImports({ database, queues, archives, log });
  await using observed = await observeApi(config, { database, queues, log });
  const server = await createServer({
    database,
    queues,
    log,
    archives,
    uploads: { ...config.uploads, openStore: openObjectStore },
    authenticate: createAuthentication({ database, verifyToken, open: config.open }),
    open: config.open,
    ratePerMinute: config.ratePerMinute,
    trustedProxies: config.trustedProxies,
    requestTimer: observed.requestTimer,
    watch: { intervalMs: 1_000, heartbeatMs: 15_000 },
  });
  try {
    await server.listen({ host: config.host, port: config.port });
    process.send?.({ type: "ready", addresses: server.addresses() });
    log.info({ addresses: server.addresses(), open: config.open }, "ready");
    await stopRequest;
    log.info("stopping");
  } finally {
    await server.close();
  }
}

/** The first stop signal, or the end of the IPC channel, which tells that the parent died. */
function whenAskedToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ["SIGTERM", "SIGINT", "disconnect"] as const) process.once(event, () => resolve());
  });
}

process.exit(await main());
