import { HairlineError } from "../errors.ts";

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,4})?$/i;

/** A row's fault, naming the column. */
export function invalidValue(field: string, reason: string): HairlineError {
  return new HairlineError("ROW_INVALID", `${field}: ${reason}`, { field });
}

export interface NumberRange {
  readonly field: string;
  readonly max: number;
}

/** What stands in a cell that was not taken, escaped and cut: it comes from the file. */
function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

/**
 * A cell as the float32 that is stored, in [0, max]; empty is null.
 *
 * @throws HairlineError ROW_INVALID when it is no number (NaN and infinity are none) or out of range
 */
export function parseNumberCell(text: string, { field, max }: NumberRange): number | null {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  const value = NUMBER.test(trimmed) ? Number(trimmed) : Number.NaN;
  // Compared before rounding: 1.00000001 is above 1, though as float32 it is 1.
  if (!(value >= 0 && value <= max)) {
    const range = max === Number.POSITIVE_INFINITY ? "0 or more" : `from 0 to ${max}`;
    throw invalidValue(field, `expected a number ${range}, not ${shown(trimmed)}`);
  }
  const rounded = Math.fround(value);
  if (rounded === Number.POSITIVE_INFINITY) throw invalidValue(field, `${shown(trimmed)} exceeds float32`);
  // "-0" is in range; PostgreSQL would keep its sign.
  return rounded === 0 ? 0 : rounded;
}
