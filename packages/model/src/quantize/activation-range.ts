/** Ends of the values of one map that 8 bits are spread over; `low` <= 0 <= `high`, so that zero is exact. */
export interface ActivationRange {
  readonly low: number;
  readonly high: number;
}

/** Ranges by the map's name in the float32 graph. */
export type ActivationRanges = ReadonlyMap<string, ActivationRange>;

/** value = scale * (level - zeroPoint), levels 0..255 */
export interface AffineLevels {
  readonly scale: number;
  readonly zeroPoint: number;
}

const LEVELS = 255;
/** A map that was zero on every calibration image still needs a scale. */
const LEAST_SPAN = 1e-6;

export function affineLevels({ low, high }: ActivationRange): AffineLevels {
  const scale = Math.fround(Math.max(high - low, LEAST_SPAN) / LEVELS);
  return { scale, zeroPoint: Math.min(LEVELS, Math.max(0, Math.round(-low / scale))) };
}
