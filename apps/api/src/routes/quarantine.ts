import { pageQuarantine, resolveListing } from "@hairline/core/listing";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { decodeCursor, pageFrom } from "../http/cursor.ts";
import { Instant, Name, pageOf, PAGE_QUERY } from "../schemas/page.ts";
import type { ApiServices } from "../services.ts";

const Cursor = z.tuple([z.int(), z.int32()]);

const QuarantinePage = pageOf(
  z
    .object({
      imageId: z.int(),
      studyId: z.int(),
      model: z.string(),
      code: z.string().describe("See docs/ERRORS.md."),
      message: z.string(),
      runId: z.uuid().nullable(),
      createdAt: Instant,
    })
    .meta({ id: "QuarantinedImage" }),
  "QuarantinePage",
);

/** Images that could not be scored. */
export function registerQuarantine(server: ApiServer, { database }: ApiServices): void {
  server.get("/v1/datasets/:dataset/quarantine", {
    config: { access: "read" },
    schema: {
      operationId: "listQuarantine",
      summary: "Images of a dataset that a model could not score, with the code and the reason",
      tags: ["datasets"],
      params: z.object({ dataset: Name }),
      querystring: z.object({ ...PAGE_QUERY, model: Name.optional(), code: z.string().max(100).optional() }),
      response: { 200: QuarantinePage },
    },
    handler: async ({ params, query }) => {
      if (query.model !== undefined) await resolveListing(database, { ...params, model: query.model });
      const rows = await pageQuarantine(database, {
        dataset: params.dataset,
        model: query.model,
        code: query.code,
        after: decodeCursor(Cursor, query.cursor),
        limit: query.limit + 1,
      });
      return pageFrom(rows, query.limit, ({ imageId, modelId }) => [imageId, modelId]);
    },
  });
}
