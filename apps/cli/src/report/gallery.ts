import type { Database } from "@hairline/core/db";
import { isHairlineError } from "@hairline/core/errors";
import type { TriagedImage } from "@hairline/core/readings";
import { openFilesystemStore } from "@hairline/core/storage";
import { renderOverlay, type ImageBox } from "@hairline/imaging/heatmap";
import type { GalleryKind, GalleryPicture } from "./report-input.ts";

/** How many pictures of each kind are shown, in the order they are shown. */
const SHOWN: Readonly<Record<GalleryKind, number>> = {
  "true positive": 3,
  miss: 3,
  inconclusive: 3,
  "false positive": 2,
  "true negative": 1,
  positive: 3,
  negative: 1,
};

const MAX_SIDE = 420;

/** Keeps the first images of each kind; images come in the order of their keys, so equal facts give equal picks. */
export class GalleryPicks {
  readonly #picks = new Map<GalleryKind, TriagedImage[]>();

  offer(image: TriagedImage): void {
    const kind = kindOf(image);
    const picked = this.#picks.get(kind) ?? [];
    // One view of a study: three views of one fracture tell no more than one.
    const repeats = picked.some(({ studyId }) => studyId === image.studyId);
    if (picked.length >= SHOWN[kind] || repeats) return;
    this.#picks.set(kind, [...picked, image]);
  }

  *[Symbol.iterator](): Generator<{ kind: GalleryKind; image: TriagedImage }> {
    for (const kind of Object.keys(SHOWN) as GalleryKind[]) {
      for (const image of this.#picks.get(kind) ?? []) yield { kind, image };
    }
  }
}

function kindOf({ outcome, label }: TriagedImage): GalleryKind {
  if (outcome === "inconclusive") return "inconclusive";
  if (label === null) return outcome;
  if (outcome === "positive") return label === 1 ? "true positive" : "false positive";
  return label === 1 ? "miss" : "true negative";
}

interface StoredPicture {
  readonly root: string;
  readonly object_key: string;
  readonly boxes: readonly (readonly [number, number, number, number])[] | null;
  readonly height: number;
  readonly width: number;
  readonly grid: readonly number[];
}

/** Draws the picks; an image without a CAM, or whose file is gone or changed, is left out. */
export async function drawGallery(
  database: Database,
  modelId: number,
  picks: GalleryPicks,
): Promise<GalleryPicture[]> {
  const pictures: GalleryPicture[] = [];
  for (const { kind, image } of picks) {
    const stored = await findPicture(database, modelId, image.imageId);
    const picture = stored === undefined ? undefined : await draw(stored, { kind, image });
    if (picture !== undefined) pictures.push(picture);
  }
  return pictures;
}

async function findPicture(
  database: Database,
  modelId: number,
  imageId: number,
): Promise<StoredPicture | undefined> {
  const { rows } = await database.pool.query<StoredPicture>(
    `select dataset.root, image.object_key, image.boxes, cam.height, cam.width, cam.grid
     from image join dataset on dataset.id = image.dataset_id
     join prediction_cam cam on cam.image_id = image.id and cam.model_id = $1
     where image.id = $2 and dataset.layout <> 'external'`,
    [modelId, imageId],
  );
  return rows[0];
}

async function draw(
  { root, object_key, boxes, height, width, grid }: StoredPicture,
  { kind, image }: { kind: GalleryKind; image: TriagedImage },
): Promise<GalleryPicture | undefined> {
  try {
    const bytes = await openFilesystemStore(root).get(object_key);
    const cam = { values: Float32Array.from(grid), height, width };
    const frames = (boxes ?? []).map(([x0, y0, x1, y1]): ImageBox => ({ x0, y0, x1, y1 }));
    const overlay = await renderOverlay(bytes, cam, { format: "jpeg", maxSide: MAX_SIDE, boxes: frames });
    return {
      kind,
      imageId: image.imageId,
      studyId: image.studyId,
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
  } catch (error) {
    // The archive may have moved since it was scored; the facts of the report stand without its pictures.
    if (isHairlineError(error)) return undefined;
    throw error;
  }
}
