import type { FastifyRequest } from "fastify";
import type { ApiServer } from "../api-server.ts";

/** How long the body of a small request may take. */
const BODY_MS = 60_000;
/** How long the rest of a body that nobody wants is read, so that the client comes to read the refusal. */
const LINGER_MS = 10_000;

/** Requests whose handler keeps time of the body itself. */
const paced = new WeakSet<FastifyRequest>();

/**
 * Gives up connections whose body does not come, refused ones too. Node's own limit is one for all routes and has to
 * let uploads through.
 */
export function limitBodyTime(server: ApiServer, bodyMs = BODY_MS): void {
  server.addHook("onRequest", async (request) => {
    const { raw } = request;
    const timer = setTimeout(() => {
      if (!raw.complete && !paced.has(request)) raw.destroy();
    }, bodyMs).unref();
    raw.once("close", () => clearTimeout(timer));
  });
}

/** Takes the time of a request's body over from `limitBodyTime`. */
export function keepOwnPace(request: FastifyRequest): void {
  paced.add(request);
}

/** Reads on for a while, and drops what comes: a connection closed at once may lose the answer on its way. */
export function linger({ raw }: FastifyRequest): void {
  raw.unpipe();
  raw.resume();
  const timer = setTimeout(() => {
    if (!raw.complete) raw.destroy();
  }, LINGER_MS).unref();
  raw.once("close", () => clearTimeout(timer));
}
