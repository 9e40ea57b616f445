import type { ActivationRange, ActivationRanges } from "./activation-range.ts";

/** How an int8 graph was made, as kept with the model: enough to make it again. */
export interface Quantization {
  /** Where the calibration images came from, such as a dataset's name. */
  readonly source: string;
  readonly images: number;
  readonly ranges: Readonly<Record<string, ActivationRange>>;
}

export function describeQuantization(
  ranges: ActivationRanges,
  rest: Omit<Quantization, "ranges">,
): Quantization {
  return { ...rest, ranges: Object.fromEntries(ranges) };
}
