import { checkUnitInterval } from "../statistics/check.ts";
import { calibratorFunction } from "./calibrate.ts";
import type { Calibrator } from "./calibrator.ts";

const BITS_OF_ONE = 0x3f80_0000;

/**
 * The raw threshold that stands for a calibrated one: the least float32 p with calibrated(p) >= `threshold`, compared
 * as float32 like every threshold. "raw p >= rawThreshold" then decides as "calibrated p >= threshold" does, so p_low
 * on the calibrated scale needs no second pass over the facts. Exact: a bisection over the 2^30 float32 of [0, 1].
 *
 * @param threshold on the calibrated scale, in [0, 1]
 * @returns float32 in [0, 1]; null when no probability reaches the threshold
 * @throws HairlineError BAD_SHAPE when the threshold is NaN or outside [0, 1]
 */
export function rawThreshold(calibrator: Calibrator, threshold: number): number | null {
  checkUnitInterval("threshold", [threshold]);
  const toCalibrated = calibratorFunction(calibrator);
  const word = new Uint32Array(1);
  const float = new Float32Array(word.buffer);
  // Positive float32 sort as their bits do.
  const valueOf = (bits: number): number => {
    word[0] = bits;
    return float[0]!;
  };
  const reaches = (bits: number): boolean =>
    Math.fround(toCalibrated(valueOf(bits))) >= Math.fround(threshold);
  if (!reaches(BITS_OF_ONE)) return null;
  let below = -1;
  let reached = BITS_OF_ONE;
  while (reached - below > 1) {
    const middle = Math.floor((below + reached) / 2);
    if (reaches(middle)) reached = middle;
    else below = middle;
  }
  return valueOf(reached);
}
