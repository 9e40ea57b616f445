import { HairlineError } from "@hairline/core/errors";
import type { UploadLimits } from "./upload-settings.ts";
import { spool, type SpooledFile } from "./spool.ts";

const ZIP_SIGNATURES = ["PK\x03\x04", "PK\x05\x06"];
const SIGNATURE_BYTES = 4;

export type ReceivedFile =
  | { readonly kind: "image"; readonly bytes: Uint8Array }
  | { readonly kind: "zip"; readonly file: SpooledFile };

export function isZip(bytes: Uint8Array): boolean {
  return ZIP_SIGNATURES.includes(Buffer.from(bytes.subarray(0, SIGNATURE_BYTES)).toString("latin1"));
}

/**
 * Takes a file as it arrives. What it is, is told by its first bytes: a ZIP goes to disk, since its directory comes
 * last; anything else is held in memory, since whether an image is whole can be told from all of it only.
 *
 * @throws HairlineError IMAGE_TOO_LARGE, after the rest was read and dropped; what the source and `spool` throw
 */
export async function receiveFile(
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
  { maxImageBytes }: UploadLimits,
): Promise<ReceivedFile> {
  const held: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes <= maxImageBytes) held.push(chunk);
    else held.length = 0;
    const isFirst = bytes - chunk.length < SIGNATURE_BYTES && bytes >= SIGNATURE_BYTES;
    if (isFirst && isZip(Buffer.concat(held)))
      return { kind: "zip", file: await spool(withHeld(held, chunks)) };
  }
  if (bytes > maxImageBytes) throw tooManyBytes(bytes, maxImageBytes);
  return { kind: "image", bytes: Buffer.concat(held, bytes) };
}

export function tooManyBytes(bytes: number, maxBytes: number): HairlineError {
  return new HairlineError("IMAGE_TOO_LARGE", `The file has ${bytes} bytes, where ${maxBytes} are taken.`, {
    field: "HAIRLINE_UPLOAD_MAX_IMAGE_BYTES",
    remedy: "Shrink the image, or raise the limit.",
  });
}

async function* withHeld(
  held: readonly Uint8Array[],
  rest: AsyncGenerator<Uint8Array, void, undefined>,
): AsyncGenerator<Uint8Array> {
  yield* held;
  yield* rest;
}
