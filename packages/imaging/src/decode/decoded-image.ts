/** 8-bit pixels as stored (no rotation for JPEG and PNG, no colour management). */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  /** 1 for a grey file, 3 for any other. */
  readonly channels: 1 | 3;
  /** shape [height, width, channels], row-major, values 0..255 */
  readonly data: Uint8Array;
}
