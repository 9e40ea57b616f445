import { HairlineError } from "@hairline/core/errors";
import { camStatistics } from "@hairline/core/explain";

/** A class activation map at the resolution of the network's last feature map. */
export interface CamGrid {
  /** shape [height, width], row-major, >= 0 */
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
}

/**
 * The grid as shares of its largest cell, so that a pixel drawn at α is the edge of the area ratio at α.
 *
 * @returns shape [height, width], in [0, 1]; null for a degenerate (flat or all-zero) grid, which points nowhere
 * @throws HairlineError BAD_SHAPE when the sides do not give the number of cells, INFERENCE_FAILED when a cell is
 *   NaN, infinite or negative
 */
export function shareOfMaximum({ values, height, width }: CamGrid): Float32Array | null {
  const sidesAreWhole = Number.isSafeInteger(height) && Number.isSafeInteger(width);
  if (!sidesAreWhole || height < 1 || width < 1 || values.length !== height * width) {
    throw new HairlineError("BAD_SHAPE", `A CAM of ${values.length} cells is not ${height}×${width}.`);
  }
  if (camStatistics(values, []).degenerate) return null;
  const maximum = values.reduce((largest, value) => Math.max(largest, value), 0);
  return values.map((value) => value / maximum);
}
