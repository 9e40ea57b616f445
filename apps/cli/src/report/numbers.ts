/** A share as a percentage with one decimal; a dash where it is undefined. */
export function percent(value: number | null): string {
  return value === null ? "–" : `${(value * 100).toFixed(1)} %`;
}

/** Three decimals; a dash where it is undefined. */
export function decimal(value: number | null): string {
  return value === null ? "–" : value.toFixed(3);
}

export function whole(value: number): string {
  return value.toLocaleString("en-US");
}
