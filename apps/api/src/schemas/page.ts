import { z } from "zod";

/** Query fields of every list that is read page by page. */
export const PAGE_QUERY = {
  limit: z.coerce.number<string>().int().min(1).max(500).default(50).describe("Most items of a page."),
  cursor: z.string().max(1024).optional().describe("`next` of the page before."),
};

/** A page of items; `next` is null on the last one. */
export function pageOf<Item extends z.ZodType>(item: Item, id: string) {
  return z
    .object({
      items: z.array(item),
      next: z.string().nullable().describe("Cursor of the next page; null on the last."),
    })
    .meta({ id });
}

/** A number a row is known by. */
export const RowId = z.coerce.number<string>().int().min(1).max(Number.MAX_SAFE_INTEGER);

/** A list as a query has it: the field once or several times. */
export function listOf<Item extends z.ZodType<unknown, string>>(item: Item) {
  return z
    .union([item, z.array(item).max(100)])
    .transform((value) => (Array.isArray(value) ? value : [value]));
}

export const Name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "expected a name");

/** A time as it is sent; handlers give a Date. */
export const Instant = z.date();

/** A body that is sent as it is: a Buffer or a stream. */
export const Bytes = z.unknown().meta({ type: "string", format: "binary" });
