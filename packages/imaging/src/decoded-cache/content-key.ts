import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";

/** SHA-256 of a file's bytes, base64url. */
export type ContentKey = string & { readonly brand: "ContentKey" };

/** Hashed without a break: below 1 ms with the CPU's SHA instructions, 3 ms without. */
const CHUNK_BYTES = 1024 * 1024;

/** The key of a file by what is in it, so that no name, size or date can stand for other pixels. */
export async function contentKey(bytes: Uint8Array): Promise<ContentKey> {
  const digest = createHash("sha256");
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    if (start > 0) await nextTurn();
    digest.update(bytes.subarray(start, start + CHUNK_BYTES));
  }
  return digest.digest("base64url") as ContentKey;
}
