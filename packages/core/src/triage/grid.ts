import { HairlineError } from "../errors.ts";
import { parseDecimal, rangeLength, rangeValues } from "./decimal.ts";
import type { Policy } from "./policy.ts";
import {
  badThreshold,
  checkThreshold,
  isOptionalField,
  type OptionalThresholdField,
  parseThreshold,
  type ThresholdField,
} from "./threshold.ts";

/** A sweep's axes, as asked for: any order, repeats kept. Every combination is one config. */
export interface SweepGrid {
  readonly pLow: readonly number[];
  readonly entropyMax: readonly (number | null)[];
  readonly areaMax: readonly (number | null)[];
  readonly alpha: readonly number[];
}

/** 5 million configs are five count arrays of 20 MB each: the most one process should be asked to hold. */
export const MAX_CONFIGS = 5_000_000;

function tooManyConfigs(): HairlineError {
  return new HairlineError("BAD_ARGUMENT", `The grid has more than ${MAX_CONFIGS} configs.`, {
    remedy: "Use fewer values or a wider step.",
  });
}

function parseRange(field: ThresholdField, text: string): number[] {
  const parts = text.split(":");
  const [start, end, step] = parts.map((part) => parseDecimal(part.trim()));
  if (parts.length !== 3 || start === undefined || end === undefined || step === undefined) {
    throw badThreshold(field, text);
  }
  if (step.units === 0n) {
    throw new HairlineError("BAD_THRESHOLD", `The step of ${field} is 0.`, {
      field,
      remedy: "Step by more than 0.",
    });
  }
  const range = { start, end, step };
  const length = rangeLength(range);
  if (length === 0) {
    throw new HairlineError("BAD_THRESHOLD", `The range ${text} of ${field} ends before it starts.`, {
      field,
    });
  }
  if (length > MAX_CONFIGS) throw tooManyConfigs();
  return rangeValues(range).map((value) => checkThreshold(field, value));
}

/**
 * Reads one axis: a comma list of numbers, `start:end:step` ranges (the end included where the step meets it) and,
 * for entropy_max and area_max, `none`. Order and repeats are kept.
 *
 * @throws HairlineError BAD_THRESHOLD naming the field; BAD_ARGUMENT above MAX_CONFIGS values
 */
export function parseGridAxis(field: OptionalThresholdField, text: string): (number | null)[];
export function parseGridAxis(field: "p_low" | "alpha", text: string): number[];
export function parseGridAxis(field: ThresholdField, text: string): (number | null)[] {
  const values: (number | null)[] = [];
  for (const item of text.split(",")) {
    const part = item.trim();
    // Not push(...range): a range of millions would overflow the argument stack.
    for (const value of part.includes(":") ? parseRange(field, part) : [parseThreshold(field, part)]) {
      values.push(value);
    }
    if (values.length > MAX_CONFIGS) throw tooManyConfigs();
  }
  return values;
}

/** A sweep's axes as text, one option each. */
export interface SweepGridText {
  readonly pLow: string;
  readonly entropyMax: string;
  readonly areaMax: string;
  readonly alpha: string;
}

/**
 * @throws HairlineError BAD_THRESHOLD naming the field; BAD_ARGUMENT above MAX_CONFIGS configs
 */
export function parseSweepGrid(text: SweepGridText): SweepGrid {
  const grid = {
    pLow: parseGridAxis("p_low", text.pLow),
    entropyMax: parseGridAxis("entropy_max", text.entropyMax),
    areaMax: parseGridAxis("area_max", text.areaMax),
    alpha: parseGridAxis("alpha", text.alpha),
  };
  configCount(grid);
  return grid;
}

/**
 * The number of configs of a grid, its values checked.
 *
 * @throws HairlineError BAD_THRESHOLD when an axis is empty or has a value out of range; BAD_ARGUMENT above MAX_CONFIGS
 */
export function configCount(grid: SweepGrid): number {
  const axes = [
    ["p_low", grid.pLow],
    ["entropy_max", grid.entropyMax],
    ["area_max", grid.areaMax],
    ["alpha", grid.alpha],
  ] as const;
  let count = 1;
  for (const [field, values] of axes) {
    if (values.length === 0) {
      throw new HairlineError("BAD_THRESHOLD", `${field} has no value.`, {
        field,
        remedy: `Give ${field} a value.`,
      });
    }
    for (const value of values) {
      if (value !== null || !isOptionalField(field)) checkThreshold(field, value ?? Number.NaN);
    }
    count *= values.length;
    if (count > MAX_CONFIGS) throw tooManyConfigs();
  }
  return count;
}

/** The policy of config `index`: alpha varies fastest, then area_max, entropy_max, p_low. */
export function configAt(grid: SweepGrid, index: number): Policy {
  const alphaCount = grid.alpha.length;
  const areaCount = grid.areaMax.length;
  const entropyCount = grid.entropyMax.length;
  const rest = Math.floor(index / alphaCount);
  const upper = Math.floor(rest / areaCount);
  const pLow = grid.pLow[Math.floor(upper / entropyCount)];
  const entropyMax = grid.entropyMax[upper % entropyCount];
  const areaMax = grid.areaMax[rest % areaCount];
  const alpha = grid.alpha[index % alphaCount];
  if (pLow === undefined || entropyMax === undefined || areaMax === undefined || alpha === undefined) {
    throw new HairlineError("BAD_SHAPE", `Config ${index} is outside the grid.`);
  }
  return { pLow, entropyMax, areaMax, alpha };
}

/** Whether config `index` differs from an earlier one only in an alpha that no area gate reads. */
export function repeatsEarlierAlpha(grid: SweepGrid, index: number): boolean {
  return index % grid.alpha.length > 0 && configAt(grid, index).areaMax === null;
}
