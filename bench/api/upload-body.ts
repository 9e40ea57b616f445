import { crc32 } from "node:zlib";

const BOUNDARY = "hairline-bench-boundary";

export const UPLOAD_CONTENT_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

/** Length, type and checksum of the chunk that ends a PNG. */
const IEND_BYTES = 12;

/** A PNG with the same pixels and a comment of its own: the same bytes would be one object. */
export function numberedPng(png: Buffer, n: number): Buffer {
  const content = Buffer.from(`tEXtComment\0${n}`, "latin1");
  const chunk = Buffer.alloc(content.length + 8);
  chunk.writeUInt32BE(content.length - 4, 0);
  content.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(content), content.length + 4);
  const end = png.length - IEND_BYTES;
  return Buffer.concat([png.subarray(0, end), chunk, png.subarray(end)]);
}

/** A multipart body of one file. */
export function uploadBody(png: Buffer): Buffer {
  const head = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="view.png"\r\ncontent-type: image/png\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), png, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
}
