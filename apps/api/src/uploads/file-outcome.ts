import type { ErrorCode } from "@hairline/core/errors";

/** What became of one file of an upload. */
export interface FileOutcome {
  /** As the client or the ZIP named it, cut to 200 characters; names nothing on the server. */
  readonly name: string;
  /** The ZIP it came in. */
  readonly zip: string | null;
  readonly outcome: "stored" | "duplicate" | "rejected";
  /** Of the image stored, or that was there. */
  readonly imageId: number | null;
  readonly sha256: string | null;
  readonly byteSize: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly code: ErrorCode | null;
  readonly message: string | null;
}

const SHOWN = 200;

/** A name fit to be shown: of one line in its own direction, and of a bounded length. */
export function shownName(name: string | undefined): string {
  const plain = (name ?? "").replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\ufffd");
  return plain.length > SHOWN ? `${plain.slice(0, SHOWN - 1)}…` : plain;
}
