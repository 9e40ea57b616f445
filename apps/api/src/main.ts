import { migrate, openDatabase } from "@hairline/core/db";
import { toHairlineError } from "@hairline/core/errors";
import { pino } from "pino";
import { loadConfig } from "./config.ts";
import { createServer } from "./server.ts";

async function main(): Promise<number> {
  const log = pino({ base: { role: "api", pid: process.pid } });
  try {
    const config = loadConfig(process.env);
    await using database = await openDatabase(config.databaseUrl);
    await migrate(database);
    const server = createServer({ database, logLevel: config.logLevel });
    const stopRequest = whenAskedToStop();
    await server.listen({ host: config.host, port: config.port });
    process.send?.({ type: "ready", addresses: server.addresses() });
    await stopRequest;
    await server.close();
    return 0;
  } catch (error) {
    const { code, message, field, remedy } = toHairlineError(error);
    log.fatal({ code, field, remedy }, message);
    return code === "BAD_CONFIG" ? 2 : 1;
  }
}

/** The first stop signal, or the end of the IPC channel, which tells that the parent died. */
function whenAskedToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ["SIGTERM", "SIGINT", "disconnect"] as const) process.once(event, () => resolve());
  });
}

process.exit(await main());
