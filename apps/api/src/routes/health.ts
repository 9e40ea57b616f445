import { HairlineError } from "@hairline/core/errors";
import { checkReadiness, readinessOf } from "@hairline/telemetry/probes";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import type { ApiServices } from "../services.ts";

const PROBE = { access: "public", rateLimit: false } as const;

/** Probes of an orchestrator. */
export function registerHealth(server: ApiServer, services: ApiServices): void {
  server.get("/healthz", {
    config: PROBE,
    schema: {
      operationId: "getHealth",
      summary: "Whether the process answers",
      tags: ["service"],
      response: { 200: z.object({ status: z.literal("ok") }) },
    },
    handler: () => ({ status: "ok" as const }),
  });
  server.get("/readyz", {
    config: PROBE,
    schema: {
      operationId: "getReadiness",
      summary: "Whether the database and the queue answer too, told within two seconds",
      tags: ["service"],
      response: { 200: z.object({ status: z.literal("ready") }) },
    },
    handler: async () => {
      const { failing } = await checkReadiness(readinessOf(services));
      const [first] = failing;
      if (first === undefined) return { status: "ready" as const };
      throw new HairlineError(
        first === "database" ? "DATABASE_UNAVAILABLE" : "QUEUE_UNAVAILABLE",
        `Not ready: no answer from the ${failing.join(" and the ")}.`,
      );
    },
  });
}
