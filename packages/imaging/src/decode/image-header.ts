export type ImageFormat = "png" | "jpeg" | "tiff";

/** What a file says of itself before any pixel is decoded. */
export interface ImageHeader {
  readonly format: ImageFormat;
  /** Pixels as stored, before any orientation tag; >= 1. */
  readonly width: number;
  readonly height: number;
  /** Samples per pixel as stored, alpha included; 1 for a palette. */
  readonly channels: number;
  /** Bits per sample: 1, 2, 4, 8 or 16. */
  readonly bitDepth: number;
  /** Frames of an animated PNG or full-resolution pages of a TIFF; 1 for a JPEG. */
  readonly pages: number;
  readonly colour: "grey" | "rgb" | "palette" | "cmyk";
}
