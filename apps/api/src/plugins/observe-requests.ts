import { beginServerSpan, type ServerSpan } from "@hairline/telemetry/tracing";
import type { FastifyRequest } from "fastify";
import type { ApiServer } from "../api-server.ts";
import type { RequestTimer } from "../metrics/api-metrics.ts";

/**
 * Times every request and makes it a span that the jobs it adds are part of. Both name the route's pattern, never the
 * URL, whose path and query may name a patient.
 */
export function observeRequests(server: ApiServer, timer: RequestTimer | undefined): void {
  const spans = new WeakMap<FastifyRequest, ServerSpan>();
  server.addHook("onRequest", async (request) => {
    spans.set(request, beginServerSpan(`${request.method} ${routeOf(request)}`, request.headers));
  });
  // Entered just before the handler: reading the body starts from the socket's events, outside of any span.
  server.addHook("preHandler", (request, _reply, done) => {
    const span = spans.get(request);
    if (span === undefined) done();
    else span.enter(done);
  });
  server.addHook("onResponse", async (request, { statusCode, elapsedTime }) => {
    const route = routeOf(request);
    timer?.observe({ method: request.method, route, status: String(statusCode) }, elapsedTime / 1000);
    spans.get(request)?.end(statusCode, {
      "http.request.method": request.method,
      "http.route": route,
    });
  });
}

function routeOf({ routeOptions }: FastifyRequest): string {
  return routeOptions.url ?? "(none)";
}
