import { listAuditEntries } from "@hairline/core/audit";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { decodeCursor, pageFrom } from "../http/cursor.ts";
import { Instant, pageOf, PAGE_QUERY } from "../schemas/page.ts";
import type { ApiServices } from "../services.ts";

const Cursor = z.tuple([z.int()]);

const AuditPage = pageOf(
  z
    .object({
      id: z.int(),
      at: Instant,
      actor: z.string(),
      action: z.string(),
      subject: z.string(),
      before: z.unknown().describe("The row before; null when it was made."),
      after: z.unknown(),
      requestId: z.string().nullable(),
    })
    .meta({ id: "AuditEntry" }),
  "AuditPage",
);

/** Who changed what. */
export function registerAudit(server: ApiServer, { database }: ApiServices): void {
  server.get("/v1/audit", {
    config: { access: "admin" },
    schema: {
      operationId: "listAuditEntries",
      summary: "Changes of policies, models, verdicts, keys and runs, the latest first",
      tags: ["administration"],
      querystring: z.object({
        ...PAGE_QUERY,
        actor: z.string().max(300).optional(),
        action: z.string().max(100).optional(),
        subject: z.string().max(300).optional(),
      }),
      response: { 200: AuditPage },
    },
    handler: async ({ query }) => {
      const { cursor, limit, ...filter } = query;
      const beforeId = decodeCursor(Cursor, cursor)?.[0];
      const rows = await listAuditEntries(database, { ...filter, beforeId, limit: limit + 1 });
      return pageFrom(rows, limit, ({ id }) => [id]);
    },
  });
}
