import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { ApiServer } from "../api-server.ts";

const REQUEST_ID = /^[\w.-]{1,64}$/;

/** The caller's own id of a request, so that its log and ours tell the same story; else a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, "headers">): string {
  const given = headers["x-request-id"];
  return typeof given === "string" && REQUEST_ID.test(given) ? given : randomUUID();
}

/** One line for each request: the route's pattern and not its URL, whose path and query may name a patient. */
export function logRequests(server: ApiServer): void {
  server.addHook("onSend", async (request, reply) => {
    void reply.header("x-request-id", request.id);
  });
  server.addHook("onResponse", async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? "(none)",
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        actor: request.principal?.actor,
      },
      "request",
    );
  });
}
