import type { Size } from "../resize/index.ts";
import type { CamGrid } from "./cam-grid.ts";

/** Along one axis: the two cells that each output pixel lies between, and how far towards the second. */
interface AxisTaps {
  readonly lower: Int32Array;
  readonly upper: Int32Array;
  readonly fraction: Float64Array;
}

/**
 * Bilinear upsampling of a grid whose cells tile the image: pixel centres are mapped to cell coordinates and the
 * outer half cells are constant, as PyTorch's `interpolate(mode="bilinear", align_corners=False)`.
 *
 * @returns shape [size.height, size.width], row-major, within the grid's range
 */
export function upsampleCam({ values, height, width }: CamGrid, size: Size): Float32Array {
  const columns = axisTaps(width, size.width);
  const rows = axisTaps(height, size.height);
  const output = new Float32Array(size.width * size.height);
  for (let y = 0; y < size.height; y += 1) {
    const above = rows.lower[y]! * width;
    const below = rows.upper[y]! * width;
    const down = rows.fraction[y]!;
    for (let x = 0; x < size.width; x += 1) {
      const left = columns.lower[x]!;
      const right = columns.upper[x]!;
      const across = columns.fraction[x]!;
      const top = values[above + left]! * (1 - across) + values[above + right]! * across;
      const bottom = values[below + left]! * (1 - across) + values[below + right]! * across;
      output[y * size.width + x] = top * (1 - down) + bottom * down;
    }
  }
  return output;
}

function axisTaps(cells: number, pixels: number): AxisTaps {
  const lower = new Int32Array(pixels);
  const upper = new Int32Array(pixels);
  const fraction = new Float64Array(pixels);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const position = Math.max(0, ((pixel + 0.5) * cells) / pixels - 0.5);
    const cell = Math.min(cells - 1, Math.trunc(position));
    lower[pixel] = cell;
    upper[pixel] = Math.min(cells - 1, cell + 1);
    fraction[pixel] = position - cell;
  }
  return { lower, upper, fraction };
}
