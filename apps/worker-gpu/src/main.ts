import { toHairlineError } from "@hairline/core/errors";
import { harmlessMessage } from "@hairline/telemetry/log";
import { loadConfig } from "./config.ts";
import { createLog } from "./log.ts";
import { startWorkers } from "./start-workers.ts";
import { loadTrainingConfig } from "./train/training-config.ts";

const EXIT_FAILED = 1;
const EXIT_BAD_CONFIG = 2;

async function main(): Promise<number> {
  let log = createLog("info");
  try {
    const config = loadConfig(process.env);
    log = createLog(config.logLevel);
    const training = loadTrainingConfig(process.env);
    const stopRequest = whenAskedToStop();
    const worker = await startWorkers(config, training, log);
    await tellParent({ type: "ready" });
    log.info("ready");
    const reason = await stopRequest;
    log.info({ reason }, "stopping");
    // Nobody waits for an orphan, and the servers its parent ran are going away.
    await worker.close({ drainMs: reason === "disconnect" ? 0 : config.drainTimeoutMs });
    log.info("stopped");
    return 0;
  } catch (error) {
    const { code, message, field, remedy } = toHairlineError(error);
    log.fatal({ code, field, remedy, error }, harmlessMessage(error));
    await tellParent({ type: "failed", code, message, field, remedy });
    return code === "BAD_CONFIG" ? EXIT_BAD_CONFIG : EXIT_FAILED;
  }
}

/** Resolves once the message is on its way, for the process may end right after; a parent that is gone misses nothing. */
function tellParent(message: object): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, () => resolve());
  });
}

/**
 * The first stop signal, or the end of the IPC channel, which tells that the parent died. The same signal twice ends
 * the process at once; a terminal's Ctrl-C and the parent's own request are two different ones.
 */
function whenAskedToStop(): Promise<string> {
  return new Promise((resolve) => {
    const received = new Set<string>();
    for (const event of ["SIGTERM", "SIGINT", "disconnect"] as const) {
      process.on(event, () => {
        if (received.has(event)) process.exit(EXIT_FAILED);
        received.add(event);
        resolve(event);
      });
    }
  });
}

// Handlers that were given up may still hold sockets and timers: the process ends without waiting for them.
process.exit(await main());
