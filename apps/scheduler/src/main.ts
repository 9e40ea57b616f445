import { toHairlineError } from "@hairline/core/errors";
import { harmlessMessage } from "@hairline/telemetry/log";
import { loadConfig } from "./config.ts";
import { createLog } from "./log.ts";
import { startScheduler } from "./scheduler.ts";

const EXIT_FAILED = 1;
const EXIT_BAD_CONFIG = 2;

async function main(): Promise<number> {
  let log = createLog("info");
  try {
    const config = loadConfig(process.env);
    log = createLog(config.logLevel);
    const stopRequest = whenAskedToStop();
    const scheduler = await startScheduler(config, log);
    process.send?.({ type: "ready" });
    log.info({ queue: config.queue.kind }, "ready");
    const reason = await Promise.race([stopRequest, scheduler.failure]);
    log.info({ reason }, "stopping");
    // Nobody waits for an orphan, and the servers its parent ran are going away.
    await scheduler.close({ drainMs: reason === "disconnect" ? 0 : config.drainTimeoutMs });
    log.info("stopped");
    return 0;
  } catch (error) {
    const { code, field, remedy } = toHairlineError(error);
    log.fatal({ code, field, remedy, error }, harmlessMessage(error));
    return code === "BAD_CONFIG" ? EXIT_BAD_CONFIG : EXIT_FAILED;
  }
}

/**
 * The first stop signal, or the end of the IPC channel, which tells that the parent died. The same signal twice ends
 * the process at once; a terminal's Ctrl-C and the parent's own request are two different ones.
 */
function whenAskedToStop(): Promise<string> {
  return new Promise((resolve) => {
    const received = new Set<string>();
    // The parent may have died while this process was loading, before anyone listened.
    if (process.send !== undefined && !process.connected) resolve("disconnect");
    for (const event of ["SIGTERM", "SIGINT", "disconnect"] as const) {
      process.on(event, () => {
        if (received.has(event)) process.exit(EXIT_FAILED);
        received.add(event);
        resolve(event);
      });
    }
  });
}

// A lost server's sockets may linger: the process ends without waiting for them.
process.exit(await main());
