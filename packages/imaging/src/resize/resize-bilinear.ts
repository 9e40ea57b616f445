import { HairlineError } from "@hairline/core/errors";

import type { DecodedImage } from "../decode/decoded-image.ts";
import { cachedCoefficients } from "./coefficient-cache.ts";
import { resampleColumns, resampleRows } from "./resample-passes.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Bilinear resize, equal bit for bit to Pillow's `Image.resize(size, BILINEAR)` on 8-bit grey and RGB, and so to
 * torchvision's `Resize` on a PIL image: antialiased when shrinking, rows first, each pass rounded to 8 bits. The
 * aspect ratio is not kept. (Pillow 13 runs columns first where the height shrinks much more than the width; it then
 * differs by at most 1 level. Rows come first here at any shape, as in every Pillow before it.) An axis of the same size is not resampled; an image of the same size is returned as is.
 *
 * @throws HairlineError BAD_SHAPE when a side is not a positive integer or `data` has another length
 * @see https://github.com/python-pillow/Pillow/blob/main/src/libImaging/Resample.c
 */
export function resizeBilinear(image: DecodedImage, size: Size): DecodedImage {
  requireShape(image, size);
  let samples: Omit<DecodedImage, "channels"> & { channels: number } = image;
  if (size.width !== image.width) {
    samples = resampleRows(samples, cachedCoefficients(image.width, size.width));
  }
  if (size.height !== image.height) {
    samples = resampleColumns(samples, cachedCoefficients(image.height, size.height));
  }
  return { ...samples, channels: image.channels };
}

function requireShape(image: DecodedImage, size: Size): void {
  const sides = [image.width, image.height, size.width, size.height];
  if (!sides.every((side) => Number.isSafeInteger(side) && side > 0)) {
    throw new HairlineError(
      "BAD_SHAPE",
      `Cannot resize ${sides[0]}×${sides[1]} to ${sides[2]}×${sides[3]} pixels.`,
    );
  }
  const expected = image.width * image.height * image.channels;
  if (image.data.length !== expected) {
    throw new HairlineError(
      "BAD_SHAPE",
      `Pixel data has ${image.data.length} bytes; ${expected} are needed.`,
    );
  }
}
