import type { ByteReader } from "./byte-reader.ts";
import type { ImageHeader } from "./image-header.ts";
import { truncated, unreadable } from "./image-error.ts";

const SIGNATURE_BYTES = 8;
/** length, type and checksum around a chunk's content */
const CHUNK_FRAME_BYTES = 12;

/** PNG colour type → colour and samples per pixel (PNG specification, third edition, §11.2.1). */
const COLOUR_TYPES: ReadonlyMap<number, Pick<ImageHeader, "colour" | "channels">> = new Map([
  [0, { colour: "grey", channels: 1 }],
  [2, { colour: "rgb", channels: 3 }],
  [3, { colour: "palette", channels: 1 }],
  [4, { colour: "grey", channels: 2 }],
  [6, { colour: "rgb", channels: 4 }],
]);

export function readPngHeader(reader: ByteReader): ImageHeader {
  if (reader.tag(SIGNATURE_BYTES + 4) !== "IHDR") throw unreadable("the PNG does not begin with IHDR");
  const content = SIGNATURE_BYTES + 8;
  reader.require(content, 13);
  const colour = COLOUR_TYPES.get(reader.uint8(content + 9));
  if (colour === undefined)
    throw unreadable(`PNG colour type ${reader.uint8(content + 9)} is not in the standard`);
  return {
    format: "png",
    width: reader.uint32(content),
    height: reader.uint32(content + 4),
    bitDepth: reader.uint8(content + 8),
    pages: countFrames(reader),
    ...colour,
  };
}

/** Frames that an acTL chunk before the first IDAT announces, else 1; a file cut before IDAT is truncated. */
function countFrames(reader: ByteReader): number {
  for (const chunk of pngChunks(reader)) {
    if (chunk.type === "acTL") return reader.uint32(chunk.content);
    if (chunk.type === "IDAT" || chunk.type === "IEND") return 1;
  }
  throw truncated("the PNG has no pixel data");
}

/**
 * libpng stops reading at the last row, so without this a file cut in its last bytes would pass.
 * @throws HairlineError IMAGE_TRUNCATED unless every chunk is whole and the last is IEND
 */
export function requireWholePng(reader: ByteReader): void {
  for (const chunk of pngChunks(reader)) {
    reader.require(chunk.content, chunk.length + 4);
    if (chunk.type === "IEND") return;
  }
}

function* pngChunks(reader: ByteReader): Generator<{ type: string; content: number; length: number }> {
  for (let at = SIGNATURE_BYTES; ;) {
    const length = reader.uint32(at);
    yield { type: reader.tag(at + 4), content: at + 8, length };
    at += length + CHUNK_FRAME_BYTES;
  }
}
