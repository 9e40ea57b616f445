export { checkImage } from "./check-file.ts";
export { configureSharp } from "./configure-sharp.ts";
export { decodeImage } from "./decode-image.ts";
export { DEFAULT_DECODE_LIMITS, type DecodeLimits } from "./decode-limits.ts";
export type { DecodedImage } from "./decoded-image.ts";
export type { ImageFormat, ImageHeader } from "./image-header.ts";
export { readImageHeader } from "./read-image-header.ts";
export { imageLibraryVersions } from "./library-versions.ts";
