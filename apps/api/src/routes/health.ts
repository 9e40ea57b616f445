import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import type { ApiServices } from "../services.ts";

const PROBE = { access: "public", rateLimit: false } as const;

/** Probes of an orchestrator. */
export function registerHealth(server: ApiServer, { database }: ApiServices): void {
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
      summary: "Whether the database answers too",
      tags: ["service"],
      response: { 200: z.object({ status: z.literal("ready") }) },
    },
    handler: async () => {
      await database.pool.query("select 1");
      return { status: "ready" as const };
    },
  });
}
