import type { Axis } from "../triage/index.ts";

/** How many floors (p_low) a value reaches, loosest first: 0 to levelCount. */
export function floorLevel({ thresholds }: Axis, value: number): number {
  return firstFailing(thresholds, (threshold) => Math.fround(value) >= threshold);
}

/** How many caps (entropy_max, area_max) a value stays within, the absent gate counted: 0 to levelCount. */
export function capLevel({ thresholds, hasNone }: Axis, value: number | null): number {
  const none = hasNone ? 1 : 0;
  return value === null
    ? none
    : none + firstFailing(thresholds, (threshold) => Math.fround(value) <= threshold);
}

/** The first place from which on `passes` is false; it is true before. */
function firstFailing(thresholds: readonly number[], passes: (threshold: number) => boolean): number {
  let low = 0;
  let high = thresholds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (passes(thresholds[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
