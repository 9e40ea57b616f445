import { allows } from "@hairline/core/access";
import { HairlineError } from "@hairline/core/errors";
import type { FastifyRequest } from "fastify";
import type { ApiServer } from "../api-server.ts";
import type { Principal } from "../auth/principal.ts";
import { hostOf, isLoopback } from "../http/loopback.ts";
import type { ApiServices } from "../services.ts";

/**
 * Finds out who asks before anything else, and refuses before the body is read. Every route says who may call it: one
 * that does not keeps the server from starting, so that none can be open by oversight.
 */
export function guardAccess(server: ApiServer, { authenticate, open }: ApiServices): void {
  server.decorateRequest("principal");
  server.addHook("onRoute", (route) => {
    const access = route.config?.access;
    if (access === undefined)
      throw new Error(`${String(route.method)} ${route.url} does not say who may call it`);
    route.schema = { ...route.schema, security: access === "public" ? [] : [{ bearer: [access] }] };
  });
  server.addHook("onRequest", async (request) => {
    if (open) refuseForeignHost(request);
    if (isPublic(request)) return;
    request.principal = await authenticate(request.headers.authorization);
  });
  // After the rate limit, which counts refused requests too, and before the body is read.
  server.addHook("preParsing", async (request) => {
    if (!isPublic(request)) requireScope(request);
  });
}

function isPublic(request: FastifyRequest): boolean {
  return request.is404 || request.routeOptions.config.access === "public";
}

/** A page of another site, whose name was made to lead to this computer, must not act for its user. */
function refuseForeignHost(request: FastifyRequest): void {
  const origin = request.headers.origin;
  const foreignOrigin =
    origin !== undefined && !(URL.canParse(origin) && isLoopback(new URL(origin).hostname));
  if (isLoopback(hostOf(request.headers.host)) && !foreignOrigin) return;
  throw new HairlineError("FORBIDDEN", "An open API answers requests to a loopback address only.", {
    field: foreignOrigin ? "Origin" : "Host",
  });
}

function requireScope(request: FastifyRequest): void {
  const needed = request.routeOptions.config.access;
  const { principal } = request;
  if (principal === undefined) {
    // The same words for no key, a wrong one, an expired and a revoked one: they tell nothing about a key.
    throw new HairlineError("UNAUTHENTICATED", "The request carries no valid credentials.", {
      remedy: "Send `Authorization: Bearer <key>`; make a key with `hairline keys create`.",
    });
  }
  if (needed === undefined || needed === "public" || allows(principal.scopes, needed)) return;
  throw new HairlineError("FORBIDDEN", `This needs the scope ${needed}.`, {
    field: "scope",
    remedy: `Use a key with the scope ${needed}.`,
  });
}

/** Who sends a request that was let through. */
export function principalOf({ principal }: FastifyRequest): Principal {
  if (principal !== undefined) return principal;
  throw new HairlineError("UNAUTHENTICATED", "The request carries no valid credentials.");
}
