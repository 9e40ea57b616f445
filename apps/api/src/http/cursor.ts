import { HairlineError } from "@hairline/core/errors";
import type { z } from "zod";

/**
 * Where a page ends, as opaque text: the sort key of its last row, so that rows added or removed meanwhile shift no
 * page. Values are only ever bound parameters; a cursor that was made up reads another place of the same list.
 */
export function encodeCursor(key: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/** @throws HairlineError BAD_ARGUMENT when the text is no cursor of this list */
export function decodeCursor<Key>(schema: z.ZodType<Key>, text: string | undefined): Key | undefined {
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(parseJson(Buffer.from(text, "base64url").toString()));
  if (parsed.success) return parsed.data;
  throw new HairlineError("BAD_ARGUMENT", "The cursor is not one of this list.", {
    field: "cursor",
    remedy: "Send `next` of the page before, with the same filters.",
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * A page of rows that were read one beyond the limit.
 *
 * @param keyOf the sort key of a row
 */
export function pageFrom<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly (string | number | null)[],
): { items: Row[]; next: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null };
}
