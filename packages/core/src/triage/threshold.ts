import { HairlineError } from "../errors.ts";
import { decimalToNumber, parseDecimal } from "./decimal.ts";

/** The fields of a policy as written by users, in the order they are printed. */
export const THRESHOLD_FIELDS = ["p_low", "entropy_max", "area_max", "alpha"] as const;
export type ThresholdField = (typeof THRESHOLD_FIELDS)[number];

/** The fields whose gate can be left out with `none`. */
export type OptionalThresholdField = "entropy_max" | "area_max";

const RANGE_TEXT: Record<ThresholdField, string> = {
  p_low: "a number from 0 to 1",
  entropy_max: "a number of nats, 0 or more, or none",
  area_max: "a number from 0 to 1, or none",
  alpha: "a number from 0 to below 1",
};

function inRange(field: ThresholdField, value: number): boolean {
  switch (field) {
    case "p_low":
      // A calibrator may reach a p_low nowhere; no text says so.
      return (value >= 0 && value <= 1) || value === Infinity;
    case "area_max":
      return value >= 0 && value <= 1;
    case "alpha":
      return value >= 0 && value < 1;
    case "entropy_max":
      return value >= 0 && Number.isFinite(value);
  }
}

export function isOptionalField(field: ThresholdField): field is OptionalThresholdField {
  return field === "entropy_max" || field === "area_max";
}

/** The BAD_THRESHOLD error for a field, with what the field takes. */
export function badThreshold(field: ThresholdField, given: string): HairlineError {
  return new HairlineError("BAD_THRESHOLD", `${field} is ${JSON.stringify(given)}.`, {
    field,
    remedy: `Give ${field} as ${RANGE_TEXT[field]}.`,
  });
}

/**
 * Reads one threshold.
 *
 * @returns the number, or null for `none` where the field's gate can be left out
 * @throws HairlineError BAD_THRESHOLD when it is not a decimal number in the field's range
 */
export function parseThreshold(field: OptionalThresholdField, text: string): number | null;
export function parseThreshold(field: "p_low" | "alpha", text: string): number;
export function parseThreshold(field: ThresholdField, text: string): number | null;
export function parseThreshold(field: ThresholdField, text: string): number | null {
  if (text === "none" && isOptionalField(field)) return null;
  const decimal = parseDecimal(text);
  if (decimal === undefined) throw badThreshold(field, text);
  return checkThreshold(field, decimalToNumber(decimal));
}

/** @throws HairlineError BAD_THRESHOLD when the value is NaN or out of the field's range */
export function checkThreshold(field: ThresholdField, value: number): number {
  if (!inRange(field, value)) throw badThreshold(field, String(value));
  return value;
}

/** The threshold as `parseThreshold` reads it, without an exponent. */
export function formatThreshold(value: number | null): string {
  if (value === null) return "none";
  const text = String(value);
  return text.includes("e") ? value.toFixed(15).replace(/0+$/, "") : text;
}
