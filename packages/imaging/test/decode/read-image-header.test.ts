import { readFileSync } from "node:fs";

import sharp from "sharp";
import { describe, expect, it } from "vitest";

import { type ImageHeader, readImageHeader } from "../../src/decode/index.ts";

const fixture = new URL("../fixtures/decode-cases.json", import.meta.url);
const files = new Map(
  (JSON.parse(readFileSync(fixture, "utf8")) as { name: string; file: string }[]).map(({ name, file }) => [
    name,
    Buffer.from(file, "base64"),
  ]),
);

describe("readImageHeader", () => {
  it.each<[string, Omit<ImageHeader, "width" | "height" | "pages">]>([
    ["PNG grey", { format: "png", channels: 1, bitDepth: 8, colour: "grey" }],
    ["PNG RGBA", { format: "png", channels: 4, bitDepth: 8, colour: "rgb" }],
    ["PNG grey and alpha", { format: "png", channels: 2, bitDepth: 8, colour: "grey" }],
    ["PNG palette of 4 bits", { format: "png", channels: 1, bitDepth: 4, colour: "palette" }],
    ["PNG 1 bit", { format: "png", channels: 1, bitDepth: 1, colour: "grey" }],
    ["PNG grey 16 bits", { format: "png", channels: 1, bitDepth: 16, colour: "grey" }],
    ["JPEG grey", { format: "jpeg", channels: 1, bitDepth: 8, colour: "grey" }],
    ["JPEG progressive", { format: "jpeg", channels: 3, bitDepth: 8, colour: "rgb" }],
    ["JPEG YCCK", { format: "jpeg", channels: 4, bitDepth: 8, colour: "cmyk" }],
    ["TIFF RGB tiff_lzw", { format: "tiff", channels: 3, bitDepth: 8, colour: "rgb" }],
    ["TIFF 1 bit group 4", { format: "tiff", channels: 1, bitDepth: 1, colour: "grey" }],
    ["TIFF grey 16 bits big-endian", { format: "tiff", channels: 1, bitDepth: 16, colour: "grey" }],
    ["TIFF palette", { format: "tiff", channels: 1, bitDepth: 8, colour: "palette" }],
  ])("reads a %s", (name, expected) => {
    expect(readImageHeader(files.get(name)!)).toEqual({ width: 27, height: 21, pages: 1, ...expected });
  });

  it("agrees with the decoder on every fixture", async () => {
    for (const [name, file] of files) {
      const { width, height, format } = await sharp(file).metadata();
      expect({ name, ...readImageHeader(file) }).toMatchObject({ name, width, height, format });
    }
  });

  it("needs only the beginning of a PNG or JPEG", () => {
    for (const name of ["PNG grey", "JPEG 4:2:0"]) {
      const file = files.get(name)!;
      const dataStart = Math.max(file.indexOf("IDAT"), file.indexOf(Buffer.from([0xff, 0xda]))) + 4;
      expect(readImageHeader(file.subarray(0, dataStart))).toEqual(readImageHeader(file));
    }
  });

  it.each([
    ["lossless (SOF3)", 0xc3, 8, 1],
    ["of 12 bits", 0xc1, 12, 1],
    ["of two components", 0xc0, 8, 2],
  ])("refuses a JPEG %s", (_what, marker, depth, components) => {
    const frame = [0xff, marker, 0, 17, depth, 0, 8, 0, 8, components, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0];
    expect(() => readImageHeader(Buffer.from([0xff, 0xd8, ...frame]))).toThrow(
      expect.objectContaining({ code: "IMAGE_FORMAT_UNSUPPORTED" }),
    );
  });

  it("does not take a thumbnail directory for a second page", () => {
    const file = Buffer.from(files.get("TIFF grey raw")!);
    // A second directory with the one field NewSubfileType = 1 (reduced resolution).
    const directory = Buffer.from([1, 0, 254, 0, 4, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    const first = file.readUInt32LE(4);
    const next = first + 2 + file.readUInt16LE(first) * 12;
    file.writeUInt32LE(file.length, next);
    expect(readImageHeader(Buffer.concat([file, directory])).pages).toBe(1);
    directory[10] = 0;
    expect(readImageHeader(Buffer.concat([file, directory])).pages).toBe(2);
  });
});
