import { HairlineError } from "@hairline/core/errors";

import type { DecodedImage } from "../decode/index.ts";
import type { Size } from "../resize/index.ts";

/** A rectangle in pixels of the whole decoded image: left, top, right and bottom edge, the last two exclusive. */
export interface ImageBox {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

type Colour = readonly [number, number, number];

/** Cyan is far from every inferno colour and from grey, for all common colour-vision deficiencies. */
const STROKE: Colour = [0, 229, 255];
/** Around the stroke, so that it shows on white too. */
const OUTLINE: Colour = [0, 0, 0];

/**
 * Boxes of the original image on the pixels of its resized copy, rounded outwards and clipped to it.
 *
 * @throws HairlineError BAD_ARGUMENT when a box is empty, not finite, or wholly outside the image
 */
export function scaleBoxes(boxes: readonly ImageBox[], from: Size, to: Size): ImageBox[] {
  const across = to.width / from.width;
  const down = to.height / from.height;
  return boxes.map((box) => {
    requireOnImage(box, from);
    return {
      x0: Math.max(0, Math.floor(box.x0 * across)),
      y0: Math.max(0, Math.floor(box.y0 * down)),
      x1: Math.min(to.width, Math.ceil(box.x1 * across)),
      y1: Math.min(to.height, Math.ceil(box.y1 * down)),
    };
  });
}

function requireOnImage({ x0, y0, x1, y1 }: ImageBox, { width, height }: Size): void {
  const finite = [x0, y0, x1, y1].every(Number.isFinite);
  if (finite && x0 < x1 && y0 < y1 && x1 > 0 && y1 > 0 && x0 < width && y0 < height) return;
  const box = `[${x0}, ${y0}, ${x1}, ${y1}]`;
  throw new HairlineError(
    "BAD_ARGUMENT",
    `Box ${box} does not lie on an image of ${width}×${height} pixels.`,
    {
      field: "boxes",
    },
  );
}

/** Draws frames just outside of each box, in place, so that what lies within stays visible. */
export function drawBoxes(image: DecodedImage, boxes: readonly ImageBox[]): void {
  const thickness = Math.max(2, Math.round(Math.max(image.width, image.height) / 320));
  for (const box of boxes) {
    drawFrame(image, grow(box, thickness), { colour: OUTLINE, thickness: 1 });
    drawFrame(image, box, { colour: STROKE, thickness });
  }
}

function grow({ x0, y0, x1, y1 }: ImageBox, by: number): ImageBox {
  return { x0: x0 - by, y0: y0 - by, x1: x1 + by, y1: y1 + by };
}

function drawFrame(image: DecodedImage, box: ImageBox, pen: { colour: Colour; thickness: number }): void {
  const outer = grow(box, pen.thickness);
  for (let y = Math.max(0, outer.y0); y < Math.min(image.height, outer.y1); y += 1) {
    for (let x = Math.max(0, outer.x0); x < Math.min(image.width, outer.x1); x += 1) {
      const within = x >= box.x0 && x < box.x1 && y >= box.y0 && y < box.y1;
      if (!within) image.data.set(pen.colour, (y * image.width + x) * 3);
    }
  }
}
