import { crc32 } from "node:zlib";

import { isHairlineError } from "@hairline/core/errors";
import fc from "fast-check";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";

import { decodeImage, readImageHeader } from "../../src/decode/index.ts";
import { generateImage } from "../fixtures/generated-image.ts";

const noise = generateImage({ kind: "noise", width: 64, height: 48, channels: 3 });
const raw = { width: noise.width, height: noise.height, channels: noise.channels };
const whole: Record<"png" | "jpeg" | "progressive" | "tiff", Buffer> = {
  png: Buffer.alloc(0),
  jpeg: Buffer.alloc(0),
  progressive: Buffer.alloc(0),
  tiff: Buffer.alloc(0),
};

beforeAll(async () => {
  whole.png = await sharp(noise.data, { raw }).png().toBuffer();
  whole.jpeg = await sharp(noise.data, { raw }).jpeg().toBuffer();
  whole.progressive = await sharp(noise.data, { raw }).jpeg({ progressive: true }).toBuffer();
  whole.tiff = await sharp(noise.data, { raw }).tiff({ compression: "lzw" }).toBuffer();
});

async function codeOf(bytes: Uint8Array): Promise<string> {
  return decodeImage(bytes).then(
    () => "decoded",
    (error: unknown) => (isHairlineError(error) ? error.code : `not ours: ${String(error)}`),
  );
}

describe.each(["png", "jpeg", "progressive", "tiff"] as const)("a %s cut short", (kind) => {
  it("is IMAGE_TRUNCATED at any length", async () => {
    const length = whole[kind].length;
    const anyLength = fc.oneof(
      fc.integer({ min: 1, max: 64 }),
      fc.integer({ min: 1, max: length - 1 }),
      fc.integer({ min: length - 16, max: length - 1 }),
    );
    await fc.assert(
      fc.asyncProperty(anyLength, async (cut) => {
        expect(await codeOf(whole[kind].subarray(0, cut))).toBe("IMAGE_TRUNCATED");
      }),
      { numRuns: 150 },
    );
  });

  it("is never decoded when zeros stand in for the lost tail", async () => {
    const length = whole[kind].length;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 8, max: length - 16 }), async (cut) => {
        const padded = Buffer.concat([whole[kind].subarray(0, cut), Buffer.alloc(length - cut)]);
        expect(["IMAGE_TRUNCATED", "IMAGE_UNREADABLE", "IMAGE_FORMAT_UNSUPPORTED"]).toContain(
          await codeOf(padded),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("is an image error or an image, never a crash, with any one byte changed", async () => {
    const change = fc.record({
      at: fc.integer({ min: 0, max: whole[kind].length - 1 }),
      flip: fc.integer({ min: 1, max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, flip }) => {
        const damaged = Buffer.from(whole[kind]);
        damaged[at] = damaged[at]! ^ flip;
        expect(await codeOf(damaged)).toMatch(/^(decoded|IMAGE_[A-Z_]+)$/);
      }),
      { numRuns: 100 },
    );
  });
});

describe("a damaged image", () => {
  it("is IMAGE_UNREADABLE when a byte of a PNG's pixel data is changed", async () => {
    const firstIdat = whole.png.indexOf("IDAT") + 4;
    const dataLength = whole.png.readUInt32BE(firstIdat - 8);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: dataLength - 1 }), async (offset) => {
        const damaged = Buffer.from(whole.png);
        damaged[firstIdat + offset] = damaged[firstIdat + offset]! ^ 0x55;
        expect(await codeOf(damaged)).toBe("IMAGE_UNREADABLE");
      }),
      { numRuns: 40 },
    );
  });

  it("is IMAGE_TRUNCATED when a JPEG's entropy data ends early before an end marker", async () => {
    const cut = Math.floor(whole.jpeg.length * 0.6);
    const closed = Buffer.concat([whole.jpeg.subarray(0, cut), Buffer.from([0xff, 0xd9])]);
    expect(await codeOf(closed)).toBe("IMAGE_TRUNCATED");
  });

  it("decodes despite a JFIF revision that libjpeg does not know", async () => {
    const header = [0xff, 0xe0, 0, 16, ...Buffer.from("JFIF\0"), 9, 9, 0, 0, 1, 0, 1, 0, 0];
    const odd = Buffer.concat([whole.jpeg.subarray(0, 2), Buffer.from(header), whole.jpeg.subarray(2)]);
    expect(await decodeImage(odd)).toEqual(await decodeImage(whole.jpeg));
  });

  it("is IMAGE_UNREADABLE when a JPEG has more scans than any encoder writes", async () => {
    const scan = whole.progressive.lastIndexOf(Buffer.from([0xff, 0xda]));
    const scans = Array.from({ length: 101 }, () => whole.progressive.subarray(scan, scan + 10));
    const bomb = Buffer.concat([whole.progressive.subarray(0, scan), ...scans, Buffer.from([0xff, 0xd9])]);
    expect(await codeOf(bomb)).toBe("IMAGE_UNREADABLE");
  });
});

describe("a file that is no scored image", () => {
  const dicom = Buffer.concat([Buffer.alloc(128), Buffer.from("DICM")]);
  it.each<[string, Uint8Array, string]>([
    ["an empty file", new Uint8Array(), "IMAGE_EMPTY"],
    ["one zero byte", new Uint8Array(1), "IMAGE_UNREADABLE"],
    ["a text file", Buffer.from("patient,label\n1,0\n"), "IMAGE_UNREADABLE"],
    ["noise", generateImage({ kind: "noise", width: 99, height: 9, channels: 1 }).data, "IMAGE_UNREADABLE"],
    ["an SVG", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), "IMAGE_FORMAT_UNSUPPORTED"],
    ["an XML file", Buffer.from('<?xml version="1.0"?><svg/>'), "IMAGE_FORMAT_UNSUPPORTED"],
    ["a PDF", Buffer.from("%PDF-1.7\n"), "IMAGE_FORMAT_UNSUPPORTED"],
    ["a DICOM file", dicom, "IMAGE_FORMAT_UNSUPPORTED"],
    ["a HEIF file", Buffer.from("\0\0\0\x18ftypheic"), "IMAGE_FORMAT_UNSUPPORTED"],
    ["a JPEG 2000 file", Buffer.from([0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20]), "IMAGE_FORMAT_UNSUPPORTED"],
  ])("is refused: %s", async (_what, bytes, code) => {
    expect(await codeOf(bytes)).toBe(code);
    expect(() => readImageHeader(bytes)).toThrow(expect.objectContaining({ code }));
  });

  it.each(["gif", "webp"] as const)("is refused: a real %s", async (format) => {
    expect(await codeOf(await sharp(noise.data, { raw }).toFormat(format).toBuffer())).toBe(
      "IMAGE_FORMAT_UNSUPPORTED",
    );
  });

  it("is refused: an animated PNG", async () => {
    const frames = Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]);
    const type = Buffer.concat([Buffer.from("acTL"), frames]);
    const chunk = Buffer.concat([Buffer.from([0, 0, 0, 8]), type, Buffer.alloc(4)]);
    chunk.writeUInt32BE(crc32(type), chunk.length - 4);
    const animated = Buffer.concat([whole.png.subarray(0, 33), chunk, whole.png.subarray(33)]);
    expect(readImageHeader(animated).pages).toBe(2);
    expect(await codeOf(animated)).toBe("IMAGE_FORMAT_UNSUPPORTED");
  });

  it("is refused: a TIFF of two pages", async () => {
    const pages = { raw: { ...raw, height: 48, pageHeight: 24 } };
    const bytes = await sharp(noise.data, pages).tiff({ compression: "none" }).toBuffer();
    expect(readImageHeader(bytes)).toMatchObject({ width: 64, height: 24, pages: 2 });
    expect(await codeOf(bytes)).toBe("IMAGE_FORMAT_UNSUPPORTED");
  });

  it("is refused: a TIFF of floating-point samples", async () => {
    const bytes = await sharp(noise.data, { raw })
      .toColourspace("scrgb")
      .tiff({ compression: "none" })
      .toBuffer();
    const float = await sharp(bytes).metadata();
    expect(float.depth).toBe("float");
    expect(await codeOf(bytes)).toBe("IMAGE_FORMAT_UNSUPPORTED");
  });
});
