import { type ErrorContext, HairlineError } from "@hairline/core/errors";

/** The image ends before its own header says it does. */
export function truncated(detail: string, context: ErrorContext = {}): HairlineError {
  return new HairlineError("IMAGE_TRUNCATED", `The image ends early: ${detail}.`, {
    remedy: "Fetch the file again.",
    ...context,
  });
}

/** The bytes are damaged, or no image at all. */
export function unreadable(detail: string, context: ErrorContext = {}): HairlineError {
  return new HairlineError("IMAGE_UNREADABLE", `The image cannot be read: ${detail}.`, {
    remedy: "Fetch or convert the file again.",
    ...context,
  });
}

/** A sound file of a kind that is not scored. */
export function unsupported(detail: string, context: ErrorContext = {}): HairlineError {
  return new HairlineError("IMAGE_FORMAT_UNSUPPORTED", `The image is not of a scored format: ${detail}.`, {
    remedy: "Convert it to an 8- or 16-bit PNG, JPEG or TIFF of one page.",
    ...context,
  });
}

/** A limit of DecodeLimits was met; `field` names it. */
export function tooLarge(detail: string, field: "maxBytes" | "maxPixels"): HairlineError {
  return new HairlineError("IMAGE_TOO_LARGE", `The image is too large: ${detail}.`, {
    field,
    remedy: `Raise ${field}, or downscale the image.`,
  });
}
