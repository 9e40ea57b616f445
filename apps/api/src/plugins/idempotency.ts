import { createHash } from "node:crypto";
import type { Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";
import type { FastifyRequest } from "fastify";
import type { ApiServer } from "../api-server.ts";
import { claimKey, releaseKey, storeAnswer, type IdempotentRequest } from "../http/idempotency-keys.ts";
import { principalOf } from "./access.ts";

const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * Answers a creating request that comes again under the same Idempotency-Key as the first one was answered. Only
 * successes are kept, for a day; what failed may be tried again under the same key.
 */
export function keepAnswers(server: ApiServer, database: Database): void {
  const claimed = new WeakMap<FastifyRequest, IdempotentRequest>();
  server.addHook("preHandler", async (request, reply) => {
    const asked = idempotentRequest(request);
    if (asked === undefined) return;
    const known = await claimKey(database, asked);
    if (known === undefined) {
      claimed.set(request, asked);
      return;
    }
    void reply.status(known.status).header("idempotency-replayed", "true");
    if (known.location !== null) void reply.header("location", known.location);
    return reply
      .type("application/json; charset=utf-8")
      .serializer((payload: unknown) => payload as string)
      .send(known.body);
  });
  server.addHook("onSend", async (request, reply, payload) => {
    const asked = claimed.get(request);
    if (asked === undefined) return;
    claimed.delete(request);
    const succeeded = reply.statusCode >= 200 && reply.statusCode < 300;
    if (!succeeded || typeof payload !== "string") {
      await releaseKey(database, asked);
      return;
    }
    const location = reply.getHeader("location");
    await storeAnswer(database, asked, {
      status: reply.statusCode,
      location: typeof location === "string" ? location : null,
      body: payload,
    });
  });
}

function idempotentRequest(request: FastifyRequest): IdempotentRequest | undefined {
  const key = request.headers["idempotency-key"];
  if (key === undefined || request.routeOptions.config.idempotent !== true) return undefined;
  if (typeof key !== "string" || !KEY.test(key)) {
    throw new HairlineError("BAD_ARGUMENT", "An Idempotency-Key is 1 to 200 visible ASCII characters.", {
      field: "Idempotency-Key",
      remedy: "Send a new UUID for each new request.",
    });
  }
  return { actor: principalOf(request).actor, key, requestHash: hashOf(request) };
}

/** A multipart body is not there yet: of one, the length that it states is compared. */
function hashOf({ method, url, body, headers, routeOptions }: FastifyRequest): Buffer {
  const asked = routeOptions.config.streamed === true ? { bytes: headers["content-length"] } : body;
  return createHash("sha256")
    .update(JSON.stringify([method, url, asked]))
    .digest();
}
