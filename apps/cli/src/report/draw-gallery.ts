import type { Database } from "@hairline/core/db";
import { HairlineError, isHairlineError } from "@hairline/core/errors";
import { openObjectStore } from "@hairline/core/storage";
import { renderOverlay, type ImageBox } from "@hairline/imaging/heatmap";
import type { GalleryPick } from "./gallery-picks.ts";
import type { GalleryPicture, PictureNotDrawn } from "./report-input.ts";

export interface GalleryRequest {
  readonly database: Database;
  readonly modelId: number;
  readonly picks: readonly GalleryPick[];
  readonly showKeys: boolean;
}

/** Longest side in pixels: twelve pictures make a file of about 400 kB. */
const MAX_SIDE = 400;

/** Draws the picks. One whose file or CAM is not there any more is listed with the code. */
export async function drawGallery(
  request: GalleryRequest,
): Promise<{ gallery: GalleryPicture[]; notDrawn: PictureNotDrawn[] }> {
  const gallery: GalleryPicture[] = [];
  const notDrawn: PictureNotDrawn[] = [];
  for (const pick of request.picks) {
    try {
      gallery.push(await draw(pick, request));
    } catch (error) {
      // The archive may have moved since it was scored; the facts of the report stand without its pictures.
      if (!isHairlineError(error)) throw error;
      notDrawn.push({ imageId: pick.image.imageId, code: error.code });
    }
  }
  return { gallery, notDrawn };
}

async function draw({ kind, image }: GalleryPick, request: GalleryRequest): Promise<GalleryPicture> {
  const { bytes, cam, boxes } = await loadPicture(request, image.imageId);
  const frames = (boxes ?? []).map(([x0, y0, x1, y1]): ImageBox => ({ x0, y0, x1, y1 }));
  const overlay = await renderOverlay(bytes, cam, { format: "jpeg", maxSide: MAX_SIDE, boxes: frames });
  return {
    kind,
    imageId: image.imageId,
    objectKey: request.showKeys ? image.objectKey : null,
    bodyPart: image.bodyPart,
    label: image.label,
    probability: image.probability,
    entropy: image.entropy,
    area: image.area,
    outcome: image.outcome,
    reason: image.reason,
    boxes: boxes === null ? null : boxes.length,
    heat: overlay.heat,
    jpeg: overlay.bytes,
    width: overlay.width,
    height: overlay.height,
  };
}

interface PictureRow {
  readonly root: string;
  readonly layout: string;
  readonly object_key: string;
  readonly boxes: readonly (readonly [number, number, number, number])[] | null;
  readonly height: number | null;
  readonly width: number | null;
  readonly grid: readonly number[] | null;
}

async function loadPicture({ database, modelId }: GalleryRequest, imageId: number) {
  const { rows } = await database.pool.query<PictureRow>(
    `select dataset.root, dataset.layout, image.object_key, image.boxes, cam.height, cam.width, cam.grid
     from image join dataset on dataset.id = image.dataset_id
     left join prediction_cam cam on cam.image_id = image.id and cam.model_id = $1::int
     where image.id = $2::bigint`,
    [modelId, imageId],
  );
  const [row] = rows;
  if (row === undefined || row.layout === "external")
    throw new HairlineError("IMAGE_FILE_MISSING", "The image is not on this computer.");
  const { grid, height, width } = row;
  if (grid === null || height === null || width === null)
    throw new HairlineError("FACTS_MISSING", "The CAM of the image was not stored.");
  const bytes = await openObjectStore(row.root).get(row.object_key);
  return { bytes, boxes: row.boxes, cam: { values: Float32Array.from(grid), height, width } };
}
