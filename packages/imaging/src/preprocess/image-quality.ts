import type { PixelImage } from "./load-pixels.ts";

/** How a radiograph looks to the network, measured on its input pixels so that files of any size compare. */
export interface ImageQuality {
  /** Mean grey value, in [0, 1]. */
  readonly brightness: number;
  /** Standard deviation of the grey values, in [0, 0.5]. */
  readonly contrast: number;
  /** Share of pixels at most `BORDER` bright: collimation and background. */
  readonly border: number;
  /** Mean absolute Laplacian of the grey values, in [0, 4]: low when blurred, high when sharp or noisy. */
  readonly sharpness: number;
}

/** Of 255. JPEG leaves up to about 8 in what was black. */
const BORDER = 8;

/** The grey values of an image: its one plane, or the mean of its three. */
function greyPlane({ channels, size, data }: PixelImage): Uint8Array | Float32Array {
  const plane = size * size;
  if (channels === 1) return data;
  const grey = new Float32Array(plane);
  for (let at = 0; at < plane; at++) grey[at] = (data[at]! + data[at + plane]! + data[at + 2 * plane]!) / 3;
  return grey;
}

/** Sum of |4 x - up - down - left - right| over the pixels that have all four neighbours. */
function laplacianSum(grey: Uint8Array | Float32Array, size: number): number {
  let sum = 0;
  for (let y = 1; y < size - 1; y++) {
    for (let at = y * size + 1; at < (y + 1) * size - 1; at++) {
      sum += Math.abs(4 * grey[at]! - grey[at - 1]! - grey[at + 1]! - grey[at - size]! - grey[at + size]!);
    }
  }
  return sum;
}

/** Takes about 0.1 ms for 224 x 224 pixels. */
export function measureQuality(pixels: PixelImage): ImageQuality {
  const { size } = pixels;
  const grey = greyPlane(pixels);
  const plane = size * size;
  let sum = 0;
  let squares = 0;
  let dark = 0;
  for (let at = 0; at < plane; at++) {
    const value = grey[at]!;
    sum += value;
    squares += value * value;
    if (value <= BORDER) dark += 1;
  }
  const mean = sum / plane;
  const inner = Math.max(1, (size - 2) ** 2);
  return {
    brightness: mean / 255,
    contrast: Math.sqrt(Math.max(0, squares / plane - mean * mean)) / 255,
    border: dark / plane,
    sharpness: size < 3 ? 0 : laplacianSum(grey, size) / inner / 255,
  };
}
