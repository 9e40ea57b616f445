import sharp, { type Sharp, type SharpOptions } from "sharp";

import { cmykToRgb } from "./cmyk.ts";
import { checkFile, type CheckedFile } from "./check-file.ts";
import { resolveDecodeLimits, type DecodeLimits } from "./decode-limits.ts";
import type { DecodedImage } from "./decoded-image.ts";
import { decodeTimeout, isHarmlessWarning, toImageError } from "./decoder-failure.ts";
import { unreadable } from "./image-error.ts";
import type { ImageFormat, ImageHeader } from "./image-header.ts";

type FailOn = NonNullable<SharpOptions["failOn"]>;

/**
 * Warnings of libjpeg mean pixels it made up; those of libtiff mean fields out of order or unknown, which scanners
 * write and which do not touch the pixels (its damaged strips are errors).
 */
const FAIL_ON: Readonly<Record<ImageFormat, FailOn>> = { png: "warning", jpeg: "warning", tiff: "error" };

/**
 * Decodes a PNG, JPEG or TIFF to the pixels that Pillow's `Image.open(f).convert("RGB")` gives, bit for bit
 * (grey stays one channel): alpha is dropped, not composited; ICC profiles, gamma and EXIF orientation are
 * ignored, TIFF orientation is applied. 16-bit samples become `value >> 8`, where Pillow clips them.
 * Measurements: docs/adr/0004-preprocessing-parity.md.
 *
 * The format is known by content. Size limits are checked in the header before the decoder sees the file.
 *
 * @throws HairlineError IMAGE_EMPTY, IMAGE_UNREADABLE, IMAGE_TRUNCATED, IMAGE_FORMAT_UNSUPPORTED (also for
 *   animations and several pages), IMAGE_TOO_LARGE, IMAGE_DECODE_TIMEOUT; BAD_ARGUMENT for a bad limit
 */
export async function decodeImage(bytes: Uint8Array, limits?: DecodeLimits): Promise<DecodedImage> {
  const file = checkFile(bytes, resolveDecodeLimits(limits));
  try {
    return await decodeChecked(file, FAIL_ON[file.header.format]);
  } catch (error) {
    if (!isHarmlessWarning(error)) throw toImageError(error, file.limits.timeoutMs);
  }
  return decodeChecked(file, "error").catch((error: unknown) => {
    throw toImageError(error, file.limits.timeoutMs);
  });
}

async function decodeChecked({ bytes, header, limits }: CheckedFile, failOn: FailOn): Promise<DecodedImage> {
  const input = sharp(bytes, {
    failOn,
    limitInputPixels: limits.maxPixels,
    sequentialRead: true,
    unlimited: false,
    pages: 1,
    ignoreIcc: true,
    autoOrient: header.format === "tiff",
  }).timeout({ seconds: Math.min(3600, Math.ceil(limits.timeoutMs / 1000)) });
  const raw = inStoredColours(input, header).toBuffer({ resolveWithObject: true });
  const { data, info } = await withinDeadline(raw, limits.timeoutMs);
  const pixels = toEightBitColour(data, header);
  const { width, height } = info;
  const channels = header.colour === "grey" ? 1 : 3;
  if (pixels.length !== width * height * channels) {
    throw unreadable(`it decodes to ${info.channels} channels, where its header gives ${header.colour}`);
  }
  return { width, height, channels, data: pixels };
}

/**
 * Grey stays one channel only when asked for as such: `.raw()` alone triples it. 16-bit samples are fetched whole,
 * since libvips' way from 16-bit to 8-bit grey rounds 29 % of the values up. CMYK is fetched as stored, since libvips
 * would apply a profile of its own.
 */
function inStoredColours(input: Sharp, { colour, bitDepth }: ImageHeader): Sharp {
  if (colour === "cmyk") return input.pipelineColourspace("cmyk").toColourspace("cmyk").raw();
  const opaque = input.removeAlpha();
  const grey = colour === "grey";
  if (bitDepth === 16) return opaque.toColourspace(grey ? "grey16" : "rgb16").raw({ depth: "ushort" });
  return (grey ? opaque.toColourspace("b-w") : opaque).raw();
}

function toEightBitColour(data: Buffer, { colour, bitDepth }: ImageHeader): Uint8Array {
  const stored = new Uint8Array(data.buffer, data.byteOffset, data.length);
  if (colour === "cmyk") return cmykToRgb(stored);
  return bitDepth === 16 ? highBytes(stored) : stored;
}

/** Samples in the machine's byte order to `value >> 8`. */
function highBytes(stored: Uint8Array): Uint8Array {
  // The copy starts at an even offset, which a view into the decoder's buffer need not.
  const samples = new Uint16Array(stored.slice().buffer);
  const high = new Uint8Array(samples.length);
  for (let index = 0; index < high.length; index += 1) high[index] = samples[index]! >> 8;
  return high;
}

/** sharp's own timeout counts whole seconds and not the time spent waiting for a thread; the caller's is exact. */
async function withinDeadline<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(decodeTimeout(timeoutMs)), timeoutMs);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
