import type { PixelImage } from "@hairline/imaging/preprocess";
import type { Augmentation } from "./recipe.ts";
import { randomStream } from "./random.ts";

const AUGMENT = 2;

export interface AugmentationKey {
  readonly seed: number;
  readonly epoch: number;
  /** The image's place in the training set. */
  readonly index: number;
}

/** Whether anything would change. */
export function augments({ flip, rotationDegrees, shift, contrast }: Augmentation): boolean {
  return flip || rotationDegrees > 0 || shift > 0 || contrast > 0;
}

/** The image changed as drawn for this epoch: a new one, the same whenever it is asked for. */
export function augment(image: PixelImage, settings: Augmentation, key: AugmentationKey): PixelImage {
  const random = randomStream(key.seed, AUGMENT, key.epoch, key.index);
  const either = (largest: number) => (2 * random() - 1) * largest;
  const { size } = image;
  // Always drawn, so that switching one off leaves the others as they were.
  const mirrored = random() < 0.5 && settings.flip;
  const angle = (either(settings.rotationDegrees) * Math.PI) / 180;
  const shift = { x: either(settings.shift) * size, y: either(settings.shift) * size };
  const factor = 1 + either(settings.contrast);
  const moved =
    mirrored || angle !== 0 || shift.x !== 0 || shift.y !== 0
      ? transformed(image, { mirrored, angle, shift })
      : { ...image, data: image.data.slice() };
  if (factor !== 1) stretchContrast(moved, factor);
  return moved;
}

interface Placement {
  readonly mirrored: boolean;
  /** Radians. */
  readonly angle: number;
  readonly shift: { readonly x: number; readonly y: number };
}

/** Rotated about the centre, shifted and mirrored, in one bilinear resampling; black comes in from outside. */
function transformed(
  { channels, size, data }: PixelImage,
  { mirrored, angle, shift }: Placement,
): PixelImage {
  const result = new Uint8Array(data.length);
  const centre = (size - 1) / 2;
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column < size; column += 1) {
      const x = (mirrored ? size - 1 - column : column) - centre - shift.x;
      const y = row - centre - shift.y;
      const source = { x: cosine * x + sine * y + centre, y: cosine * y - sine * x + centre };
      for (let channel = 0; channel < channels; channel += 1) {
        const plane = channel * size * size;
        result[plane + row * size + column] = sample(data.subarray(plane, plane + size * size), size, source);
      }
    }
  return { channels, size, data: result };
}

function sample(
  plane: Uint8Array,
  size: number,
  { x, y }: { readonly x: number; readonly y: number },
): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const at = (column: number, row: number) =>
    column < 0 || row < 0 || column >= size || row >= size ? 0 : plane[row * size + column]!;
  const across = x - left;
  const down = y - top;
  const upper = at(left, top) * (1 - across) + at(left + 1, top) * across;
  const lower = at(left, top + 1) * (1 - across) + at(left + 1, top + 1) * across;
  return Math.round(upper * (1 - down) + lower * down);
}

/** About the image's mean, clamped to 8 bits. */
function stretchContrast({ data }: PixelImage, factor: number): void {
  let sum = 0;
  for (const value of data) sum += value;
  const mean = sum / data.length;
  for (let index = 0; index < data.length; index += 1)
    data[index] = Math.max(0, Math.min(255, Math.round(mean + (data[index]! - mean) * factor)));
}
