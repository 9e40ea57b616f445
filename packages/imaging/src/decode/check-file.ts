import { resolveDecodeLimits, type DecodeLimits } from "./decode-limits.ts";
import { tooLarge, unsupported } from "./image-error.ts";
import type { ImageHeader } from "./image-header.ts";
import { readImageHeader, requireWholeImage } from "./read-image-header.ts";

/** The longest side that JPEG can state. Resampling tables grow with the side, so a PNG of 1×100,000,000 is refused. */
const MAX_SIDE = 65_535;

/** A file that passed the header checks, with what the decoder needs to know of it. */
export interface CheckedFile {
  readonly bytes: Uint8Array;
  readonly header: ImageHeader;
  readonly limits: Required<DecodeLimits>;
}

export function checkFile(bytes: Uint8Array, limits: Required<DecodeLimits>): CheckedFile {
  if (bytes.length > limits.maxBytes) {
    throw tooLarge(`${bytes.length} bytes, where ${limits.maxBytes} are allowed`, "maxBytes");
  }
  const header = readImageHeader(bytes);
  const { width, height, pages, colour, bitDepth } = header;
  if (pages > 1) throw unsupported(`${pages} pages or frames, where one image is scored`);
  if (colour === "cmyk" && bitDepth !== 8) throw unsupported(`CMYK of ${bitDepth} bits per sample`);
  if (width * height > limits.maxPixels) {
    throw tooLarge(`${width}×${height} pixels, where ${limits.maxPixels} are allowed`, "maxPixels");
  }
  if (Math.max(width, height) > MAX_SIDE) {
    throw unsupported(`${width}×${height} pixels, where a side has at most ${MAX_SIDE}`);
  }
  requireWholeImage(bytes, header.format);
  return { bytes, header, limits };
}

/**
 * What a file is, when the decoder may have it: everything `decodeImage` checks before it decodes a pixel.
 *
 * @throws HairlineError as decodeImage does, except for what only the pixels show
 */
export function checkImage(bytes: Uint8Array, limits?: DecodeLimits): ImageHeader {
  return checkFile(bytes, resolveDecodeLimits(limits)).header;
}
