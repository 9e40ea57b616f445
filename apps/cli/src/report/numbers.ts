import { formatCount } from "../progress.ts";

/** Stands for what is undefined. */
export const DASH = "–";

/** A share as a percentage with one decimal; a dash where it is undefined. */
export function percent(value: number | null): string {
  return value === null ? DASH : `${(value * 100).toFixed(1)}\u00A0%`;
}

/** Three decimals; a dash where it is undefined. */
export function decimal(value: number | null): string {
  return value === null ? DASH : value.toFixed(3);
}

export const whole = formatCount;

/** "1 image", "2 images". */
export function counted(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A round count in few letters: 9,000, 20k, 1.5M. */
export function brief(value: number): string {
  if (value >= 1_000_000) return `${Number((value / 1_000_000).toPrecision(3))}M`;
  return value >= 10_000 ? `${Number((value / 1000).toPrecision(3))}k` : whole(value);
}
