/** A number with its confidence limits, as core gives them; null where undefined. */
export interface EstimateLike {
  readonly estimate: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

/** "0.812 (0.790 to 0.833)" for a table; the limits left out, or null, where they cannot be told. */
export function estimateCell({ estimate, lower, upper }: EstimateLike, digits = 3): string | null {
  if (estimate === null) return null;
  const text = estimate.toFixed(digits);
  return lower === null || upper === null
    ? text
    : `${text} (${lower.toFixed(digits)} to ${upper.toFixed(digits)})`;
}
