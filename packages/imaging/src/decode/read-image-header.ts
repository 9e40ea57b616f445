import { HairlineError } from "@hairline/core/errors";

import { ByteReader } from "./byte-reader.ts";
import { truncated, unreadable, unsupported } from "./image-error.ts";
import type { ImageFormat, ImageHeader } from "./image-header.ts";
import { readJpegHeader, requireWholeJpeg } from "./jpeg-header.ts";
import { readPngHeader, requireWholePng } from "./png-header.ts";
import { sniffFormat } from "./sniff-format.ts";
import { readTiffHeader, requireWholeTiff } from "./tiff-header.ts";

interface FormatReader {
  readonly readHeader: (reader: ByteReader) => ImageHeader;
  /** Throws IMAGE_TRUNCATED for a file that ends early. */
  readonly requireWhole: (reader: ByteReader) => void;
}

const FORMAT_READERS: Readonly<Record<ImageFormat, FormatReader>> = {
  png: { readHeader: readPngHeader, requireWhole: requireWholePng },
  jpeg: { readHeader: readJpegHeader, requireWhole: requireWholeJpeg },
  tiff: { readHeader: readTiffHeader, requireWhole: requireWholeTiff },
};

/**
 * Format, size and depth from the first bytes of a file, without decoding a pixel and without the decoder.
 *
 * @throws HairlineError IMAGE_EMPTY, IMAGE_UNREADABLE (no image, or a damaged header), IMAGE_TRUNCATED (ends
 *   within the header), IMAGE_FORMAT_UNSUPPORTED (another format, or a kind of sample that is not scored)
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader {
  const format = requireScoredFormat(bytes);
  const header = FORMAT_READERS[format].readHeader(openReader(bytes, format));
  if (header.width < 1 || header.height < 1) {
    throw unreadable(`its header gives ${header.width}×${header.height} pixels`);
  }
  return header;
}

/**
 * Walks the file's own structure to its end, which decoders do not: they stop at the last row they can fill.
 *
 * @throws HairlineError IMAGE_TRUNCATED when the file ends early
 */
export function requireWholeImage(bytes: Uint8Array, format: ImageFormat): void {
  FORMAT_READERS[format].requireWhole(openReader(bytes, format));
}

function openReader(bytes: Uint8Array, format: ImageFormat): ByteReader {
  const littleEndian = format === "tiff" && bytes[0] === 0x49;
  return new ByteReader(bytes, littleEndian);
}

function requireScoredFormat(bytes: Uint8Array): ImageFormat {
  if (bytes.length === 0) {
    throw new HairlineError("IMAGE_EMPTY", "The file has no bytes.", { remedy: "Fetch the file again." });
  }
  const sniffed = sniffFormat(bytes);
  switch (sniffed.kind) {
    case "scored":
      return sniffed.format;
    case "refused":
      throw unsupported(`the file is ${sniffed.name}`);
    case "cut":
      throw truncated(`it has only ${bytes.length} bytes`);
    case "unknown":
      throw unreadable("its first bytes are of no known image format");
  }
}
