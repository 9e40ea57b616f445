import type { IncomingMessage, ServerResponse } from "node:http";
import type { Scope } from "@hairline/core/access";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Principal } from "./auth/principal.ts";

/** The server as routes see it: zod schemas type their handlers. */
export type ApiServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module "fastify" {
  interface FastifyContextConfig {
    /** Who may call the route; every route says it, or the server does not start. */
    readonly access?: Scope | "public";
    /** Takes an Idempotency-Key. */
    readonly idempotent?: boolean;
    /** Reads its body itself: it is not there when the handler begins. */
    readonly streamed?: boolean;
  }
  interface FastifyRequest {
    /** Undefined for a request without valid credentials. */
    principal: Principal | undefined;
  }
}
