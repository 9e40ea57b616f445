/** A number with its confidence limits; null where it or they cannot be told. */
export interface Estimate {
  readonly estimate: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

/** What cannot be told at all. */
export const UNKNOWN: Estimate = Object.freeze({ estimate: null, lower: null, upper: null });

/** The interval of a bootstrap without its workings. */
export function toEstimate(found: Estimate | undefined): Estimate {
  return found === undefined ? UNKNOWN : { estimate: found.estimate, lower: found.lower, upper: found.upper };
}
