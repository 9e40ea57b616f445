import { toHairlineError, type ErrorCode } from "../errors.ts";
import type { ImageRecord } from "../study/index.ts";
import type { ImageFile } from "./image-files.ts";

/** Why a row or file was not imported. */
export interface Rejection {
  readonly code: ErrorCode;
  readonly message: string;
  /** The object key or path as far as it is known. */
  readonly objectKey: string | null;
  /** One-based line of the CSV; null for files of a folder. */
  readonly line: number | null;
}

/** What an archive lists, one after the other. */
export type ArchiveEntry =
  | {
      readonly kind: "image";
      readonly record: ImageRecord;
      readonly line: number | null;
      /** Where the listing itself says it, so that the file need not be asked. */
      readonly file?: ImageFile | undefined;
    }
  | { readonly kind: "rejected"; readonly rejection: Rejection }
  | { readonly kind: "ignored" };

export const IGNORED: ArchiveEntry = { kind: "ignored" };

/** Failures of the program or the store: the row may well be right. */
const NO_ROWS_FAULT: ReadonlySet<ErrorCode> = new Set([
  "BAD_CONFIG",
  "INTERNAL",
  "INTERRUPTED",
  "STORE_DENIED",
  "STORE_UNAVAILABLE",
]);

/** Paths and messages come from the file: stored as far as a reader can use them. */
const MAX_STORED_CHARACTERS = 1024;

export function imageEntry(record: ImageRecord, line: number | null, file?: ImageFile): ArchiveEntry {
  return { kind: "image", record, line, file };
}

/** The rejection for an error; one without a code of its own is not a row's fault and is thrown on. */
export function rejectionOf(
  error: unknown,
  place: { readonly objectKey: string | null; readonly line: number | null },
): Rejection {
  const coded = toHairlineError(error);
  if (NO_ROWS_FAULT.has(coded.code)) throw error;
  return {
    code: coded.code,
    message: storable(coded.message),
    objectKey: place.objectKey === null ? null : storable(place.objectKey),
    line: place.line,
  };
}

export function rejectedEntry(error: unknown, place: Parameters<typeof rejectionOf>[1]): ArchiveEntry {
  return { kind: "rejected", rejection: rejectionOf(error, place) };
}

// PostgreSQL text holds neither NUL nor half a surrogate pair, which the cut may leave: encoding replaces that.
function storable(text: string): string {
  return Buffer.from(text.slice(0, MAX_STORED_CHARACTERS).replaceAll("\0", "\uFFFD")).toString();
}
