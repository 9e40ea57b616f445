import { HairlineError } from "../errors.ts";
import type { BinaryLabel } from "./image-record.ts";

// pandas writes integers of a column with gaps as floats, so 1.0 and 0.0 are read too.
const LABELS: ReadonlyMap<string, BinaryLabel> = new Map([
  ["1", 1],
  ["1.0", 1],
  ["positive", 1],
  ["0", 0],
  ["0.0", 0],
  ["negative", 0],
]);

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ["1", true],
  ["1.0", true],
  ["true", true],
  ["0", false],
  ["0.0", false],
  ["false", false],
]);

/**
 * A label cell: 1, 0, positive, negative (any case); empty is unknown.
 * @throws HairlineError ROW_INVALID
 */
export function parseLabel(cell: string): BinaryLabel | null {
  const word = cell.trim().toLowerCase();
  if (word === "") return null;
  const label = LABELS.get(word);
  if (label === undefined)
    throw invalidCell("label", `expected 0, 1, negative or positive, not ${quote(cell)}`);
  return label;
}

/**
 * A yes-or-no cell: 1, 0, true, false (any case); empty is unknown.
 * @throws HairlineError ROW_INVALID naming the field
 */
export function parseBoolean(cell: string, field: string): boolean | null {
  const word = cell.trim().toLowerCase();
  if (word === "") return null;
  const value = BOOLEANS.get(word);
  if (value === undefined) throw invalidCell(field, `expected 0, 1, true or false, not ${quote(cell)}`);
  return value;
}

/**
 * A short text cell, trimmed; empty is unknown.
 * @throws HairlineError ROW_INVALID naming the field when it is too long or holds control characters
 */
export function parseText(cell: string, field: string): string | null {
  const text = cell.trim();
  if (text === "") return null;
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_TEXT_BYTES)
    throw invalidCell(field, `has ${bytes} bytes; at most ${MAX_TEXT_BYTES} are kept`);
  if (hasControlCharacter(text)) throw invalidCell(field, "holds a control character");
  return text;
}

/** Longest patient, study, body part, split or view. Patient and study make an index key of at most 2,704 bytes. */
export const MAX_TEXT_BYTES = 512;

// PostgreSQL text cannot hold NUL, and the others would corrupt terminals and logs.
export function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

export function invalidCell(field: string, reason: string): HairlineError {
  return new HairlineError("ROW_INVALID", `${field}: ${reason}`, { field });
}

/** A cell's text for a message: escaped and cut, since it comes from the file. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
