import { invalidCell, quote } from "./cell.ts";
import type { Box } from "./image-record.ts";

/** More boxes than this in one radiograph is a broken row. */
export const MAX_BOXES = 1000;

/**
 * Lesion boxes as JSON, [[x0, y0, x1, y1], ...] in pixels; empty is unknown, [] is none.
 * @throws HairlineError ROW_INVALID on other JSON, numbers that are not finite, or x1 <= x0 or y1 <= y0
 */
export function parseBoxes(cell: string): Box[] | null {
  if (cell.trim() === "") return null;
  const value = parseJson(cell);
  if (!Array.isArray(value)) throw invalidCell("boxes", "expected a JSON list of [x0, y0, x1, y1]");
  if (value.length > MAX_BOXES)
    throw invalidCell("boxes", `lists ${value.length} boxes; at most ${MAX_BOXES}`);
  return value.map(parseBox);
}

function parseJson(cell: string): unknown {
  try {
    return JSON.parse(cell);
  } catch {
    throw invalidCell("boxes", `is not JSON: ${quote(cell)}`);
  }
}

function parseBox(value: unknown, index: number): Box {
  const place = `box ${index + 1}`;
  if (!Array.isArray(value) || value.length !== 4)
    throw invalidCell("boxes", `${place} is not [x0, y0, x1, y1]`);
  const [x0, y0, x1, y1] = value.map((coordinate: unknown) => {
    // 1e999 is valid JSON and reads as Infinity.
    if (typeof coordinate === "number" && Number.isFinite(coordinate)) return coordinate;
    throw invalidCell("boxes", `${place} holds something other than finite numbers`);
  }) as [number, number, number, number];
  if (x1 <= x0 || y1 <= y0) throw invalidCell("boxes", `${place} needs x1 > x0 and y1 > y0`);
  return [x0, y0, x1, y1];
}
