import { HairlineError, isHairlineError } from "@hairline/core/errors";

import { tooLarge, truncated, unreadable } from "./image-error.ts";

/** libjpeg, libpng and libtiff on data that ends early within a file whose structure is whole. */
const ENDS_EARLY = /premature end|not enough (image )?data|read error at scanline|unexpected end/i;
const EXCEEDS_PIXELS = /exceeds pixel limit/i;
const TIMED_OUT = /^timeout:/i;
/**
 * libjpeg warnings about a field that does not alter the pixels; encoders of phones and scanners cause them.
 * All other warnings mean damaged entropy data, which libjpeg papers over with grey.
 */
const HARMLESS_WARNING =
  /^VipsJpeg: (Warning: unknown JFIF revision number|Invalid SOS parameters for sequential JPEG|Unknown Adobe color transform code)/;

export function isHarmlessWarning(error: unknown): boolean {
  // Every line: libvips keeps one error buffer for all threads, so another image's failure can stand beside ours.
  return error instanceof Error && error.message.split("\n").every((line) => HARMLESS_WARNING.test(line));
}

/** The decoder's message, whose text is all it tells, as one of our codes. */
export function toImageError(cause: unknown, timeoutMs: number): HairlineError {
  if (isHairlineError(cause)) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const firstLine = message.split("\n", 1)[0]!.replace(/\.$/, "");
  if (TIMED_OUT.test(message)) return decodeTimeout(timeoutMs);
  if (EXCEEDS_PIXELS.test(message)) return tooLarge(firstLine, "maxPixels");
  if (ENDS_EARLY.test(message)) return truncated(firstLine, { cause });
  return unreadable(firstLine, { cause });
}

export function decodeTimeout(timeoutMs: number): HairlineError {
  return new HairlineError("IMAGE_DECODE_TIMEOUT", `Decoding took longer than ${timeoutMs} ms.`, {
    field: "timeoutMs",
    remedy: "Raise timeoutMs, or convert the image.",
  });
}
