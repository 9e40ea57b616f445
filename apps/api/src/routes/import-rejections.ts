import { readImportRequest } from "@hairline/core/ingest";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { decodeCursor, pageFrom } from "../http/cursor.ts";
import { pageOf, PAGE_QUERY } from "../schemas/page.ts";
import type { ApiServices } from "../services.ts";

const Cursor = z.tuple([z.int()]);

const Rejection = z
  .object({
    ordinal: z.int(),
    objectKey: z.string().nullable().describe("May name a patient."),
    line: z.int().nullable().describe("One-based line of a CSV."),
    code: z.string().describe("See docs/ERRORS.md."),
    message: z.string(),
  })
  .meta({ id: "Rejection" });

/** What an import could not take. */
export function registerImportRejections(server: ApiServer, { database }: ApiServices): void {
  server.get("/v1/imports/:importRequestId/rejections", {
    config: { access: "read" },
    schema: {
      operationId: "listRejections",
      summary: "Rows and files that a completed import could not take",
      tags: ["datasets"],
      params: z.object({ importRequestId: z.uuid() }),
      querystring: z.object(PAGE_QUERY),
      response: { 200: pageOf(Rejection, "RejectionPage") },
    },
    handler: async ({ params, query }) => {
      await readImportRequest(database, params.importRequestId);
      const { rows } = await database.pool.query<z.output<typeof Rejection>>(
        `select ordinal, object_key as "objectKey", line, code, message
         from import_rejection
         where import_id = (select import_id from import_request where id = $1) and ordinal > $2
         order by ordinal
         limit $3`,
        [params.importRequestId, decodeCursor(Cursor, query.cursor)?.[0] ?? -1, query.limit + 1],
      );
      return pageFrom(rows, query.limit, ({ ordinal }) => [ordinal]);
    },
  });
}
