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
