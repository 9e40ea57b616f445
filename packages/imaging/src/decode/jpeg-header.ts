import type { ByteReader } from "./byte-reader.ts";
import type { ImageHeader } from "./image-header.ts";
import { truncated, unreadable, unsupported } from "./image-error.ts";

const START_OF_SCAN = 0xda;
const END_OF_IMAGE = 0xd9;
const TEMPORARY = 0x01;
/** More scans than any real encoder writes; a progressive file of thousands takes minutes to decode. */
const MAX_SCANS = 100;

/** Components → colour. Two or more than four have no defined colour. */
const COMPONENT_COLOURS: ReadonlyMap<number, ImageHeader["colour"]> = new Map([
  [1, "grey"],
  [3, "rgb"],
  [4, "cmyk"],
]);

interface Segment {
  readonly marker: number;
  /** Offset of the two length bytes. */
  readonly at: number;
  readonly length: number;
}

export function readJpegHeader(reader: ByteReader): ImageHeader {
  for (const segment of jpegSegments(reader)) {
    if (isStartOfFrame(segment.marker)) return readFrame(reader, segment);
    if (segment.marker === START_OF_SCAN) throw unreadable("the JPEG has a scan before its frame header");
  }
  throw unreadable("the JPEG has no frame header");
}

/** SOF0–SOF15 less DHT (C4), JPG (C8) and DAC (CC). */
function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function readFrame(reader: ByteReader, { marker, at }: Segment): ImageHeader {
  reader.require(at, 8);
  const bitDepth = reader.uint8(at + 2);
  const channels = reader.uint8(at + 7);
  const colour = COMPONENT_COLOURS.get(channels);
  // SOF3 and SOF5 onwards less arithmetic coding (SOF9, SOF10) are lossless or hierarchical.
  const sequentialOrProgressive = marker <= 0xc2 || marker === 0xc9 || marker === 0xca;
  if (!sequentialOrProgressive)
    throw unsupported(`JPEG process SOF${marker - 0xc0} (lossless or hierarchical)`);
  if (bitDepth !== 8) throw unsupported(`a JPEG of ${bitDepth} bits per sample`);
  if (colour === undefined) throw unsupported(`a JPEG of ${channels} components`);
  return {
    format: "jpeg",
    width: reader.uint16(at + 5),
    height: reader.uint16(at + 3),
    channels,
    bitDepth,
    pages: 1,
    colour,
  };
}

/**
 * Walks every segment and scan to the end-of-image marker, which a cut file lacks. The decoder alone does not
 * notice a tail of zeros in the last rows.
 * @throws HairlineError IMAGE_TRUNCATED, or IMAGE_UNREADABLE for more than 100 scans
 */
export function requireWholeJpeg(reader: ByteReader): void {
  let scans = 0;
  for (const segment of jpegSegments(reader)) {
    if (segment.marker !== START_OF_SCAN) continue;
    scans += 1;
    if (scans > MAX_SCANS) throw unreadable(`the JPEG has more than ${MAX_SCANS} scans`);
  }
  if (scans === 0) throw truncated("the JPEG has no pixel data");
}

/** Every segment with a length up to the end of the image, passing over entropy-coded data. */
function* jpegSegments(reader: ByteReader): Generator<Segment> {
  let at = 2;
  for (;;) {
    at = nextMarker(reader, at);
    const marker = reader.uint8(at - 1);
    if (marker === END_OF_IMAGE) return;
    const length = reader.uint16(at);
    if (length < 2) throw unreadable("a JPEG segment is shorter than its own length field");
    yield { marker, at, length };
    at += length;
  }
}

/** Offset just after the next marker, skipping entropy-coded bytes, stuffed zeros, fill bytes and restarts. */
function nextMarker(reader: ByteReader, from: number): number {
  for (let at = from; ;) {
    at = reader.bytes.indexOf(0xff, at);
    if (at < 0) throw truncated("the JPEG has no end-of-image marker");
    const code = reader.uint8(at + 1);
    if (code === 0xff) {
      at += 1;
      continue;
    }
    at += 2;
    const standalone = code === 0 || code === TEMPORARY || (code >= 0xd0 && code <= 0xd8);
    if (!standalone) return at;
  }
}
