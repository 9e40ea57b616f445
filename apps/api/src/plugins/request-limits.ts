import rateLimit from "@fastify/rate-limit";
import { HairlineError } from "@hairline/core/errors";
import type { ApiServer } from "../api-server.ts";
import type { ApiServices } from "../services.ts";

/**
 * Requests a minute of one key, token subject or, without either, address; counted in each process by itself.
 * Probes are not counted: their routes say `rateLimit: false`.
 */
export async function limitRequests(server: ApiServer, { ratePerMinute }: ApiServices): Promise<void> {
  await server.register(rateLimit, {
    max: ratePerMinute,
    timeWindow: 60_000,
    cache: 10_000,
    enableDraftSpec: true,
    keyGenerator: (request) => request.principal?.actor ?? `address:${request.ip}`,
    errorResponseBuilder: (_request, { after }) =>
      new HairlineError("RATE_LIMITED", `More than ${ratePerMinute} requests in a minute.`, {
        remedy: `Wait ${after}.`,
      }),
  });
}
