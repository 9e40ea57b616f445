import { openObjectStore } from "@hairline/core/storage";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { imageDataset } from "../http/image-dataset.ts";
import { mediaTypeOf } from "../http/media-type.ts";
import { Bytes, RowId } from "../schemas/page.ts";
import type { ApiServices } from "../services.ts";

/** As the worker takes: a larger file was quarantined. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The radiograph's own bytes. */
export function registerImageFile(server: ApiServer, { database }: ApiServices): void {
  server.get("/v1/images/:imageId/file", {
    config: { access: "read" },
    schema: {
      operationId: "getImageFile",
      summary: "The image's file as it was imported",
      tags: ["images"],
      params: z.object({ imageId: RowId }),
      response: {
        200: {
          description: "PNG, JPEG or TIFF; another type is sent as bytes",
          content: { "application/octet-stream": { schema: Bytes } },
        },
      },
    },
    handler: async ({ params }, reply) => {
      const { root, objectKey } = await imageDataset(database, params.imageId);
      const bytes = await openObjectStore(root).get(objectKey, { maxBytes: MAX_BYTES });
      return (
        reply
          .header("cache-control", "private, no-cache")
          // Its name may be a patient's, and a browser must not run what pretends to be an image.
          .header("content-disposition", `attachment; filename="image-${params.imageId}"`)
          .type(mediaTypeOf(bytes))
          .send(Buffer.from(bytes))
      );
    },
  });
}
