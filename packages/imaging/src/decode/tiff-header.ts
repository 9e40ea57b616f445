import type { ByteReader } from "./byte-reader.ts";
import { unreadable, unsupported } from "./image-error.ts";
import type { ImageHeader } from "./image-header.ts";
import { readTiffDirectories, type TiffDirectory } from "./tiff-directory.ts";

/** Baseline and extension fields (TIFF 6.0, Appendix A). */
const TAG = {
  newSubfileType: 254,
  width: 256,
  height: 257,
  bitsPerSample: 258,
  photometric: 262,
  stripOffsets: 273,
  samplesPerPixel: 277,
  stripByteCounts: 279,
  tileOffsets: 324,
  tileByteCounts: 325,
  sampleFormat: 339,
} as const;

/** PhotometricInterpretation → colour; 0 (white is zero) is inverted by the decoder. */
const PHOTOMETRIC_COLOURS: ReadonlyMap<number, ImageHeader["colour"]> = new Map([
  [0, "grey"],
  [1, "grey"],
  [2, "rgb"],
  [3, "palette"],
  [5, "cmyk"],
  [6, "rgb"], // YCbCr
]);
const BIT_DEPTHS: ReadonlySet<number> = new Set([1, 2, 4, 8, 16]);
const UNSIGNED = 1;
/** NewSubfileType bits: 1 = reduced-resolution copy, 4 = transparency mask. */
const NOT_A_PAGE = 1 | 4;

export function readTiffHeader(reader: ByteReader): ImageHeader {
  const directories = readTiffDirectories(reader);
  const first = directories[0];
  if (!isPage(first)) throw unsupported("a TIFF whose first page is a thumbnail or mask");
  const photometric = first.integer(TAG.photometric);
  const colour = photometric === undefined ? undefined : PHOTOMETRIC_COLOURS.get(photometric);
  if (colour === undefined) throw unsupported(`a TIFF of photometric interpretation ${photometric}`);
  return {
    format: "tiff",
    width: requireField(first, "width"),
    height: requireField(first, "height"),
    channels: first.integer(TAG.samplesPerPixel) ?? 1,
    bitDepth: readBitDepth(first),
    pages: directories.filter(isPage).length,
    colour,
  };
}

function isPage(directory: TiffDirectory): boolean {
  return ((directory.integer(TAG.newSubfileType) ?? 0) & NOT_A_PAGE) === 0;
}

function requireField(directory: TiffDirectory, name: "width" | "height"): number {
  const value = directory.integer(TAG[name]);
  if (value === undefined) throw unreadable(`the TIFF does not state its ${name}`);
  return value;
}

function readBitDepth(directory: TiffDirectory): number {
  const depths = new Set(directory.integers(TAG.bitsPerSample));
  const formats = directory.integers(TAG.sampleFormat);
  if (formats.some((format) => format !== UNSIGNED)) {
    // Signed and floating-point samples have no fixed range that could be brought to 8 bits.
    throw unsupported("a TIFF of signed or floating-point samples");
  }
  const [depth = 1] = depths;
  if (depths.size > 1 || !BIT_DEPTHS.has(depth)) {
    throw unsupported(`a TIFF of ${[...depths].join(", ")} bits per sample`);
  }
  return depth;
}

/** @throws HairlineError IMAGE_TRUNCATED unless every field, strip and tile lies within the file */
export function requireWholeTiff(reader: ByteReader): void {
  const [directory] = readTiffDirectories(reader);
  directory.requireValues();
  const strips = directory.integers(TAG.stripOffsets);
  const tiled = strips.length === 0;
  const offsets = tiled ? directory.integers(TAG.tileOffsets) : strips;
  const counts = directory.integers(tiled ? TAG.tileByteCounts : TAG.stripByteCounts);
  if (offsets.length === 0) throw unreadable("the TIFF has neither strips nor tiles");
  for (const [index, offset] of offsets.entries()) reader.require(offset, counts[index] ?? 1);
}
