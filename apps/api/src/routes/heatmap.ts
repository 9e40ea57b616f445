import { createHash } from "node:crypto";
import { HairlineError } from "@hairline/core/errors";
import { resolveListing } from "@hairline/core/listing";
import { renderHeatmapPng, renderOverlay, type CamGrid } from "@hairline/imaging/heatmap";
import type { Database } from "@hairline/core/db";
import { openObjectStore } from "@hairline/core/storage";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { imageDataset, type ImageDataset } from "../http/image-dataset.ts";
import { Bytes, Name, RowId } from "../schemas/page.ts";
import type { ApiServices } from "../services.ts";

const Query = z.object({
  model: Name.optional(),
  opacity: z.coerce.number<string>().min(0).max(1).default(0.4).describe("Of the hottest pixels."),
  maxSide: z.coerce.number<string>().int().min(16).max(2048).default(768).describe("Longest side in pixels."),
  layer: z
    .enum(["overlay", "heat"])
    .default("overlay")
    .describe("overlay: over the radiograph; heat: alone, transparent, square, to be laid over it."),
});

interface StoredGrid extends CamGrid {
  /** Changes with the grid's bytes. */
  readonly version: string;
}

/** Pictures of class activation maps, drawn from the stored grids when they are asked for. */
export function registerHeatmap(server: ApiServer, { database }: ApiServices): void {
  server.get("/v1/images/:imageId/heatmap.png", {
    config: { access: "read" },
    schema: {
      operationId: "getHeatmap",
      summary: "The class activation map of an image as a PNG",
      tags: ["images"],
      params: z.object({ imageId: RowId }),
      querystring: Query,
      response: {
        200: {
          description: "A PNG",
          content: { "image/png": { schema: Bytes } },
        },
        304: z.null().describe("Not changed."),
      },
    },
    handler: async (request, reply) => {
      const { params, query } = request;
      const image = await imageDataset(database, params.imageId);
      const grid = await readGrid(database, { image, imageId: params.imageId, model: query.model });
      const etag = `"${createHash("sha256")
        .update(JSON.stringify([grid.version, query]))
        .digest("base64url")}"`;
      // Never kept by a shared cache: the picture is of a patient.
      void reply.header("etag", etag).header("cache-control", "private, no-cache");
      if (request.headers["if-none-match"] === etag) return reply.status(304).send(null);
      const { bytes, heat } = await draw(image, grid, query);
      return reply.header("x-hairline-heat", heat).type("image/png").send(Buffer.from(bytes));
    },
  });
}

async function draw(image: ImageDataset, grid: StoredGrid, query: z.output<typeof Query>) {
  const { opacity, maxSide, layer } = query;
  if (layer === "heat") return renderHeatmapPng(grid, { width: maxSide, height: maxSide }, { opacity });
  const bytes = await openObjectStore(image.root).get(image.objectKey);
  return renderOverlay(bytes, grid, { opacity, maxSide });
}

async function readGrid(
  database: Database,
  { image, imageId, model }: { image: ImageDataset; imageId: number; model: string | undefined },
): Promise<StoredGrid> {
  const { reading } = await resolveListing(database, { dataset: image.dataset, model });
  const { rows } = await database.pool.query<{
    height: number;
    width: number;
    grid: number[];
    version: string;
  }>(
    `select height, width, grid, md5(grid::text) as version
     from prediction_cam where image_id = $1 and model_id = $2`,
    [imageId, reading?.modelId ?? null],
  );
  const [row] = rows;
  if (row !== undefined) return { ...row, values: Float32Array.from(row.grid) };
  throw new HairlineError("FACTS_MISSING", `No map is stored for image ${imageId}.`, {
    field: "model",
    remedy: "Score the dataset first; an external model may have come without maps.",
  });
}
