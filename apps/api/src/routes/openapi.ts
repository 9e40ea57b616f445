import { z } from "zod";
import type { ApiServer } from "../api-server.ts";

/** The description of all this. */
export function registerOpenApi(server: ApiServer): void {
  server.get("/openapi.json", {
    config: { access: "public" },
    schema: {
      operationId: "getOpenApi",
      summary: "This API as OpenAPI 3.1",
      tags: ["service"],
      response: { 200: z.record(z.string(), z.unknown()) },
    },
    handler: () => server.swagger() as unknown as Record<string, unknown>,
  });
}
