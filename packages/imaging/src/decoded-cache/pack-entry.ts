import { crc32 } from "node:zlib";
import type { PixelImage } from "../preprocess/index.ts";
import type { ContentKey } from "./content-key.ts";

/**
 * One line of a pack's index:
 *
 *     0  u32  CRC-32 of bytes 4..63
 *     4  32 B content key
 *    36  u32  offset in the pixel file
 *    40  u32  CRC-32 of the pixels
 *    44  u16  side of the image
 *    46  u8   channels, 1 or 3
 *    47  17 B zero
 *
 * Little-endian. All zero: the record was found damaged and is not to be read again.
 */
export const ENTRY_BYTES = 64;

const KEY_BYTES = 32;

/** As a preprocessing may ask for. */
const MAX_SIZE = 4096;

const ERASED = Buffer.alloc(ENTRY_BYTES);

export interface PackEntry {
  readonly key: ContentKey;
  /** Of the pixels in the pixel file. */
  readonly offset: number;
  readonly checksum: number;
  readonly size: number;
  readonly channels: 1 | 3;
}

export function pixelBytes({ size, channels }: Pick<PackEntry, "size" | "channels">): number {
  return channels * size * size;
}

export function describePixels(key: ContentKey, image: PixelImage, offset: number): PackEntry {
  return { key, offset, checksum: crc32(image.data), size: image.size, channels: image.channels };
}

export function encodeEntry(entry: PackEntry): Buffer {
  const line = Buffer.alloc(ENTRY_BYTES);
  line.write(entry.key, 4, KEY_BYTES, "base64url");
  line.writeUInt32LE(entry.offset, 36);
  line.writeUInt32LE(entry.checksum, 40);
  line.writeUInt16LE(entry.size, 44);
  line.writeUInt8(entry.channels, 46);
  line.writeUInt32LE(crc32(line.subarray(4)), 0);
  return line;
}

/** @returns "erased" for a record given up before, "damaged" for a line that is not what was written */
export function decodeEntry(line: Buffer): PackEntry | "erased" | "damaged" {
  if (line.equals(ERASED)) return "erased";
  const channels = line.readUInt8(46);
  const size = line.readUInt16LE(44);
  if (line.readUInt32LE(0) !== crc32(line.subarray(4)) || size > MAX_SIZE) return "damaged";
  if (channels !== 1 && channels !== 3) return "damaged";
  return {
    key: line.toString("base64url", 4, 4 + KEY_BYTES) as ContentKey,
    offset: line.readUInt32LE(36),
    checksum: line.readUInt32LE(40),
    size,
    channels,
  };
}
