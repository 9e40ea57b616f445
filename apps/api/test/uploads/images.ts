import sharp from "sharp";

/** A grey image of 24×16 pixels that differs by its shade, in [0, 255]. */
export function image(shade: number, format: "png" | "jpeg" | "tiff" = "png"): Promise<Buffer> {
  const grey = { r: shade, g: shade, b: shade };
  const pixels = sharp({ create: { width: 24, height: 16, channels: 3, background: grey } });
  return pixels.toFormat(format).toBuffer();
}

/** The head of a PNG of so many pixels, whose checksums nobody looks at before the size. */
export function pngHead(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(33 + 12);
  bytes.write("\x89PNG\r\n\x1a\n", "latin1");
  bytes.writeUInt32BE(13, 8);
  bytes.write("IHDR", 12);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  bytes.writeUInt8(8, 24);
  bytes.write("IDAT", 37);
  return bytes;
}
