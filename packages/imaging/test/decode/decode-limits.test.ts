import { crc32 } from "node:zlib";

import sharp from "sharp";
import { describe, expect, it } from "vitest";

import { decodeImage, type DecodeLimits } from "../../src/decode/index.ts";
import { generateImage } from "../fixtures/generated-image.ts";

/** A PNG whose header claims a size that its few bytes of pixel data do not have. */
function bombPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const chunks = [
    pngChunk("IHDR", header),
    pngChunk("IDAT", Buffer.alloc(16)),
    pngChunk("IEND", Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...chunks]);
}

function pngChunk(type: string, content: Buffer): Buffer {
  const chunk = Buffer.concat([Buffer.alloc(4), Buffer.from(type), content, Buffer.alloc(4)]);
  chunk.writeUInt32BE(content.length, 0);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4);
  return chunk;
}

/** A JPEG that ends after a frame header of 65,500×65,500 pixels and an empty scan. */
function bombJpeg(): Buffer {
  const frame = [0xff, 0xc0, 0, 11, 8, 0xff, 0xdc, 0xff, 0xdc, 1, 1, 0x11, 0];
  const scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0];
  return Buffer.from([0xff, 0xd8, ...frame, ...scan, 0xff, 0xd9]);
}

/** A little-endian TIFF with one directory of LONG fields. */
function bombTiff(fields: readonly (readonly [number, number])[]): Buffer {
  const tiff = Buffer.alloc(8 + 2 + fields.length * 12 + 4);
  tiff.set([0x49, 0x49, 42, 0, 8, 0, 0, 0]);
  tiff.writeUInt16LE(fields.length, 8);
  for (const [index, [tag, value]] of fields.entries()) {
    const at = 10 + index * 12;
    tiff.writeUInt16LE(tag, at);
    tiff.writeUInt16LE(4, at + 2);
    tiff.writeUInt32LE(1, at + 4);
    tiff.writeUInt32LE(value, at + 8);
  }
  return tiff;
}

const bombTiffFields = [
  [256, 60_000],
  [257, 60_000],
  [258, 8],
  [262, 1],
  [273, 8],
  [279, 1],
] as const;

describe("decode limits", () => {
  it.each<[string, Buffer]>([
    ["PNG", bombPng(60_000, 60_000)],
    ["PNG of the largest size", bombPng(2 ** 31 - 1, 2 ** 31 - 1)],
    ["JPEG", bombJpeg()],
    ["TIFF", bombTiff(bombTiffFields)],
  ])("refuse a %s bomb by its header", async (_format, bytes) => {
    await expect(decodeImage(bytes)).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE", field: "maxPixels" });
  });

  it("refuse a side over 65,535 pixels, however few the pixels", async () => {
    await expect(decodeImage(bombPng(1, 70_000))).rejects.toMatchObject({ code: "IMAGE_FORMAT_UNSUPPORTED" });
  });

  it("call a header of no pixels damaged", async () => {
    await expect(decodeImage(bombPng(0, 10))).rejects.toMatchObject({ code: "IMAGE_UNREADABLE" });
  });

  it("stop at a TIFF whose directories form a loop", async () => {
    const loop = bombTiff(bombTiffFields);
    loop.writeUInt32LE(8, loop.length - 4);
    await expect(decodeImage(loop)).rejects.toMatchObject({ code: "IMAGE_UNREADABLE" });
  });

  it("admit exactly maxPixels and maxBytes", async () => {
    const { data, width, height, channels } = generateImage({
      kind: "noise",
      width: 20,
      height: 10,
      channels: 3,
    });
    const bytes = await sharp(data, { raw: { width, height, channels } }).png().toBuffer();
    const exact = { maxPixels: 200, maxBytes: bytes.length };
    expect((await decodeImage(bytes, exact)).data).toEqual(data);
    await expect(decodeImage(bytes, { ...exact, maxPixels: 199 })).rejects.toMatchObject({
      code: "IMAGE_TOO_LARGE",
      field: "maxPixels",
    });
    await expect(decodeImage(bytes, { ...exact, maxBytes: bytes.length - 1 })).rejects.toMatchObject({
      code: "IMAGE_TOO_LARGE",
      field: "maxBytes",
    });
  });

  it("end a decode that outlasts timeoutMs", async () => {
    // 24 megapixels of progressive noise take hundreds of milliseconds on any machine.
    const raw = { width: 6000, height: 4000, channels: 1 } as const;
    const { data } = generateImage({ kind: "gradient", ...raw });
    const bytes = await sharp(data, { raw }).jpeg({ progressive: true }).toBuffer();
    await expect(decodeImage(bytes, { timeoutMs: 1 })).rejects.toMatchObject({
      code: "IMAGE_DECODE_TIMEOUT",
      field: "timeoutMs",
    });
  });

  it.each<[string, DecodeLimits]>([
    ["maxBytes", { maxBytes: 0 }],
    ["maxPixels", { maxPixels: Number.NaN }],
    ["timeoutMs", { timeoutMs: 1.5 }],
  ])("must be positive integers: %s", async (field, limits) => {
    await expect(decodeImage(bombJpeg(), limits)).rejects.toMatchObject({ code: "BAD_ARGUMENT", field });
  });
});
