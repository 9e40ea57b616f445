import { camStatistics } from "../explain/index.ts";
import { HairlineError } from "../errors.ts";
import type { CellCover } from "./cell-cover.ts";

/** How well one CAM points at the lesions; all in [0, 1]. */
export interface MapQuality {
  /**
   * Pointing game: 1 when the centre of the hottest cell, where the upsampled map peaks, lies in a box. Of several
   * equally hot cells the share that hits.
   */
  readonly pointing: number;
  /** The same where the hottest cell need only touch a box: what a grid this coarse can tell. */
  readonly touching: number;
  /** Share of the CAM's sum inside the boxes, cells cut by a box counted in part. */
  readonly energy: number;
  /** shape [alphas]; area shared over area of both, of the cells above alpha times the largest and the boxes. */
  readonly iou: readonly number[];
}

/** What a map without knowledge of the image would reach on average: a random cell, or heat spread evenly. */
export type ChanceQuality = Pick<MapQuality, "pointing" | "touching" | "energy">;

/**
 * Measures a CAM against lesion boxes.
 *
 * @param cam shape [cells], row-major, >= 0
 * @param cover of the same cells
 * @param alphas each in [0, 1)
 * @returns null for a degenerate CAM, which points nowhere
 * @throws HairlineError BAD_SHAPE when the shapes differ, BAD_THRESHOLD for an alpha, INFERENCE_FAILED for a cell that
 *   is negative or not finite
 * @see Zhang et al. 2018 (pointing game), IJCV 126:1084-1102
 * @see Wang et al. 2020 (energy-based pointing game, Score-CAM), arXiv:1910.01279
 */
export function mapQuality(
  cam: Float32Array,
  cover: CellCover,
  alphas: readonly number[],
): MapQuality | null {
  if (cam.length !== cover.share.length) {
    throw new HairlineError(
      "BAD_SHAPE",
      `A CAM of ${cam.length} cells but boxes over ${cover.share.length}.`,
    );
  }
  if (camStatistics(cam, alphas).degenerate) return null;
  const maximum = cam.reduce((largest, cell) => Math.max(largest, cell), 0);
  const hottest = [...cam.keys()].filter((cell) => cam[cell] === maximum);
  const total = cam.reduce((sum, cell) => sum + cell, 0);
  return {
    pointing: shareOf(hottest, (cell) => cover.centre[cell] === 1),
    touching: shareOf(hottest, (cell) => cover.share[cell]! > 0),
    energy: Math.min(1, cam.reduce((sum, cell, at) => sum + cell * cover.share[at]!, 0) / total),
    iou: alphas.map((alpha) => overlap(cam, cover, alpha * maximum)),
  };
}

/** Average quality of maps that know nothing, under these boxes. */
export function chanceQuality({ share, centre }: CellCover): ChanceQuality {
  const cells = [...share.keys()];
  return {
    pointing: shareOf(cells, (cell) => centre[cell] === 1),
    touching: shareOf(cells, (cell) => share[cell]! > 0),
    energy: share.reduce((sum, each) => sum + each, 0) / share.length,
  };
}

function shareOf(cells: readonly number[], hits: (cell: number) => boolean): number {
  return cells.filter(hits).length / cells.length;
}

/** Areas in cells. */
function overlap(cam: Float32Array, { share }: CellCover, threshold: number): number {
  let active = 0;
  let shared = 0;
  let boxed = 0;
  for (let cell = 0; cell < cam.length; cell++) {
    boxed += share[cell]!;
    if (cam[cell]! <= threshold) continue;
    active += 1;
    shared += share[cell]!;
  }
  return shared / (active + boxed - shared);
}
