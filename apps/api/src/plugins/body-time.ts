import type { ApiServer } from "../api-server.ts";

/** How long the body of a small request may take. */
const BODY_MS = 60_000;

/**
 * Gives up connections whose body does not come. Node's own limit is one for all routes and has to let uploads through,
 * which keep time themselves: their routes say `ownPace`.
 */
export function limitBodyTime(server: ApiServer): void {
  server.addHook("preParsing", async ({ raw, routeOptions, log }) => {
    if (raw.readableEnded || routeOptions.config.ownPace === true) return;
    const timer = setTimeout(() => {
      log.info({ code: "REQUEST_TIMEOUT" }, "a body did not come");
      raw.destroy();
    }, BODY_MS).unref();
    raw.once("close", () => clearTimeout(timer)).once("end", () => clearTimeout(timer));
  });
}
