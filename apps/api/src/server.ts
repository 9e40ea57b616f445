import etag from "@fastify/etag";
import helmet from "@fastify/helmet";
import multipart from "@fastify/multipart";
import Fastify, { LogController } from "fastify";
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import type { ApiServer } from "./api-server.ts";
import { guardAccess } from "./plugins/access.ts";
import { limitBodyTime } from "./plugins/body-time.ts";
import { keepAnswers } from "./plugins/idempotency.ts";
import { describeApi } from "./plugins/openapi.ts";
import { observeRequests } from "./plugins/observe-requests.ts";
import { handleProblems, sendProblem } from "./plugins/problems.ts";
import { limitRequests } from "./plugins/request-limits.ts";
import { logRequests, requestIdOf } from "./plugins/request-log.ts";
import { requireStorableText } from "./plugins/storable-text.ts";
import { registerRoutes } from "./routes/index.ts";
import type { ApiServices } from "./services.ts";

/** The HTTP API over one database and its queues. The caller listens and closes. */
export async function createServer(services: ApiServices): Promise<ApiServer> {
  const server: ApiServer = Fastify({
    loggerInstance: services.log,
    // Its lines have the URL; `logRequests` writes ours.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    genReqId: requestIdOf,
    bodyLimit: 1024 * 1024,
    // Of the longest upload; `limitBodyTime` holds the others to less.
    requestTimeout: services.uploads.limits.totalMs + 60_000,
    http: { headersTimeout: 60_000 },
    trustProxy: (_address, hop) => hop < services.trustedProxies,
    exposeHeadRoutes: false,
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
    // An answer under way gets its time; idle connections do not hold up the end.
    forceCloseConnections: "idle",
    routerOptions: { maxParamLength: 200 },
  }).withTypeProvider<ZodTypeProvider>();
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  logRequests(server);
  limitBodyTime(server);
  observeRequests(server, services.requestTimer);
  await server.register(helmet, {
    contentSecurityPolicy: { directives: { "default-src": ["'none'"], "frame-ancestors": ["'none'"] } },
    // Pictures and files are for pages of the API's own origin; there is no CORS either.
    crossOriginResourcePolicy: { policy: "same-origin" },
  });
  await server.register(etag);
  await server.register(multipart, { throwFileSizeLimit: false });
  await describeApi(server);
  guardAccess(server, services);
  await limitRequests(server, services);
  requireStorableText(server);
  keepAnswers(server, services.database);
  handleProblems(server);
  registerRoutes(server, services);
  await server.ready();
  return server;
}
