import { pageImages, resolveListing } from "@hairline/core/listing";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { askedPolicy } from "../http/asked-policy.ts";
import { decodeCursor, pageFrom } from "../http/cursor.ts";
import { imageDataset, imageNotFound } from "../http/image-dataset.ts";
import { ImageAnswer, ImagePage, ImagesQuery } from "../schemas/image.ts";
import { Name, RowId } from "../schemas/page.ts";
import { READING_QUERY } from "../schemas/triage.ts";
import type { ApiServices } from "../services.ts";

const Cursor = z.tuple([z.int()]);

/** Images with facts and outcomes. */
export function registerImages(server: ApiServer, { database }: ApiServices): void {
  server.get("/v1/datasets/:dataset/images", {
    config: { access: "read" },
    schema: {
      operationId: "listImages",
      summary: "Images of a dataset with facts and outcomes, by id",
      tags: ["images"],
      params: z.object({ dataset: Name }),
      querystring: ImagesQuery,
      response: { 200: ImagePage },
    },
    handler: async ({ params, query }) => {
      const scope = await resolveListing(database, { dataset: params.dataset, model: query.model });
      const asked = await askedPolicy(database, scope, query.policy);
      const rows = await pageImages(database, scope, {
        policy: asked?.policy,
        afterId: decodeCursor(Cursor, query.cursor)?.[0],
        bodyParts: query.bodyPart,
        splits: query.split,
        label: query.label === undefined ? undefined : query.label === "1" ? 1 : 0,
        outcomes: query.outcome,
        limit: query.limit + 1,
      });
      const page = pageFrom(rows, query.limit, ({ imageId }) => [imageId]);
      return { ...page, model: scope.reading?.model ?? null, policy: asked?.applied ?? null };
    },
  });
  server.get("/v1/images/:imageId", {
    config: { access: "read" },
    schema: {
      operationId: "getImage",
      summary: "One image with its facts and outcome",
      tags: ["images"],
      params: z.object({ imageId: RowId }),
      querystring: z.object(READING_QUERY),
      response: { 200: ImageAnswer },
    },
    handler: async ({ params, query }) => {
      const { dataset } = await imageDataset(database, params.imageId);
      const scope = await resolveListing(database, { dataset, model: query.model });
      const asked = await askedPolicy(database, scope, query.policy);
      const [image] = await pageImages(database, scope, {
        policy: asked?.policy,
        imageId: params.imageId,
        limit: 1,
      });
      if (image === undefined) throw imageNotFound(params.imageId);
      return { ...image, dataset, model: scope.reading?.model ?? null, policy: asked?.applied ?? null };
    },
  });
}
