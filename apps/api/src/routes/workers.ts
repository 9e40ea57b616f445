import { listWorkers } from "@hairline/core/workers";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { Instant } from "../schemas/page.ts";
import type { ApiServices } from "../services.ts";

const Worker = z
  .object({
    id: z.uuid(),
    state: z.string(),
    role: z.string(),
    host: z.string(),
    pid: z.int(),
    hairlineVersion: z.string(),
    engine: z.string().nullable(),
    device: z.string().nullable(),
    cores: z.int().nullable(),
    batchSize: z.int().nullable(),
    images: z.int(),
    imagesPerSecond: z.number().nullable(),
    runId: z.uuid().nullable(),
    shardOrdinal: z.int().nullable(),
    startedAt: Instant,
    seenAt: Instant,
    stoppedAt: Instant.nullable(),
  })
  .meta({ id: "Worker" });

/** The processes that do the work. */
export function registerWorkers(server: ApiServer, { database }: ApiServices): void {
  server.get("/v1/workers", {
    config: { access: "read" },
    schema: {
      operationId: "listWorkers",
      summary: "Workers as they said of themselves last: running ones first, then lost ones",
      tags: ["service"],
      querystring: z.object({ stopped: z.enum(["true", "false"]).default("false") }),
      response: { 200: z.object({ items: z.array(Worker) }) },
    },
    handler: async ({ query }) => ({
      items: await listWorkers(database, { withStopped: query.stopped === "true" }),
    }),
  });
}
