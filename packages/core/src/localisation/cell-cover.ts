import { HairlineError } from "../errors.ts";
import type { Box } from "../study/index.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How lesion boxes lie on a CAM grid; both arrays of shape [height * width], row-major. */
export interface CellCover {
  /** Share of each cell's area inside any box, in [0, 1]. */
  readonly share: Float64Array;
  /** 1 where the centre of the cell lies in a box. */
  readonly centre: Uint8Array;
}

/**
 * Lays boxes over a CAM grid. The network sees the whole image stretched to a square, whatever its shape, so x and y
 * scale each on its own: cell (r, c) of an h x w grid is the pixels [c W/w, (c+1) W/w) x [r H/h, (r+1) H/h) of the
 * stored image. Overlapping boxes count once.
 *
 * @param boxes in pixels of the stored image, left and top edge inclusive, right and bottom exclusive; what reaches
 *   beyond the image is cut off
 * @param image size of the stored image, as decoded
 * @param grid size of the CAM
 * @returns null where no box has any area on the image
 * @throws HairlineError BAD_SHAPE when a size is not whole and positive
 */
export function cellCover(boxes: readonly Box[], image: Size, grid: Size): CellCover | null {
  requireSize(image, "image");
  requireSize(grid, "grid");
  const scaled = boxes
    .map((box) => onGrid(box, image, grid))
    .filter(([x0, y0, x1, y1]) => x1 > x0 && y1 > y0);
  if (scaled.length === 0) return null;
  const share = new Float64Array(grid.width * grid.height);
  const centre = new Uint8Array(share.length);
  for (let cell = 0; cell < share.length; cell++) {
    const x = cell % grid.width;
    const y = Math.floor(cell / grid.width);
    share[cell] = Math.min(1, unionArea(scaled.map((box) => clip(box, [x, y, x + 1, y + 1]))));
    centre[cell] = scaled.some((box) => contains(box, x + 0.5, y + 0.5)) ? 1 : 0;
  }
  return { share, centre };
}

function requireSize({ width, height }: Size, field: string): void {
  if (Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0) return;
  throw new HairlineError("BAD_SHAPE", `${width}×${height} is no size of an ${field}.`, { field });
}

/** The box in cells, cut at the image's edges. */
function onGrid([x0, y0, x1, y1]: Box, image: Size, grid: Size): Box {
  const across = grid.width / image.width;
  const down = grid.height / image.height;
  return clip([x0 * across, y0 * down, x1 * across, y1 * down], [0, 0, grid.width, grid.height]);
}

function clip([x0, y0, x1, y1]: Box, [left, top, right, bottom]: Box): Box {
  return [Math.max(x0, left), Math.max(y0, top), Math.min(x1, right), Math.min(y1, bottom)];
}

function contains([x0, y0, x1, y1]: Box, x: number, y: number): boolean {
  return x0 <= x && x < x1 && y0 <= y && y < y1;
}

/** Strip by strip between the boxes' left and right edges; empty boxes count nothing. */
function unionArea(boxes: readonly Box[]): number {
  const solid = boxes.filter(([x0, y0, x1, y1]) => x1 > x0 && y1 > y0);
  const edges = [...new Set(solid.flatMap(([x0, , x1]) => [x0, x1]))].sort((a, b) => a - b);
  let area = 0;
  for (let at = 0; at + 1 < edges.length; at++) {
    const left = edges[at]!;
    const within = solid.filter(([x0, , x1]) => x0 <= left && x1 > left);
    area += (edges[at + 1]! - left) * unionLength(within.map(([, y0, , y1]) => [y0, y1]));
  }
  return area;
}

function unionLength(spans: readonly (readonly [number, number])[]): number {
  let length = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    length += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return length;
}
