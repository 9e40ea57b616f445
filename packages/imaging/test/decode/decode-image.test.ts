import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import sharp from "sharp";
import { describe, expect, it } from "vitest";

import { decodeImage, readImageHeader } from "../../src/decode/index.ts";
import { generateImage } from "../fixtures/generated-image.ts";

interface DecodeCase {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** of Pillow's pixels */
  readonly sha256: string;
  /** base64 */
  readonly file: string;
}

const fixture = new URL("../fixtures/decode-cases.json", import.meta.url);
const cases = JSON.parse(readFileSync(fixture, "utf8")) as DecodeCase[];

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe("decodeImage", () => {
  it.each(cases)("gives Pillow's pixels for $name", async (expected) => {
    const { width, height, channels, data } = await decodeImage(Buffer.from(expected.file, "base64"));
    expect({ width, height, channels }).toEqual({
      width: expected.width,
      height: expected.height,
      channels: expected.channels,
    });
    expect(sha256(data)).toBe(expected.sha256);
  });

  it("takes the high byte of each of the 65,536 values of 16 bits", async () => {
    const values = Uint16Array.from({ length: 65_536 }, (_, value) => value);
    const raw = { width: 256, height: 256, channels: 1 } as const;
    const bytes = await sharp(values, { raw }).toColourspace("grey16").png().toBuffer();
    expect(readImageHeader(bytes).bitDepth).toBe(16);

    const { data } = await decodeImage(bytes);

    expect([...data]).toEqual(Array.from(values, (value) => value >> 8));
  });

  it.each([
    ["tiled", { tile: true, tileWidth: 32, tileHeight: 32 }],
    ["BigTIFF", { bigtiff: true }],
    ["LZW with a predictor", { compression: "lzw", predictor: "horizontal" }],
  ] as const)("reads a TIFF that is %s", async (_kind, options) => {
    const { data, width, height } = generateImage({ kind: "noise", width: 70, height: 45, channels: 3 });
    const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
      .tiff({ compression: "none", ...options })
      .toBuffer();
    expect(await decodeImage(bytes)).toEqual({ width, height, channels: 3, data });
  });

  it("gives a plain Uint8Array that starts at the first pixel", async () => {
    const { data } = await decodeImage(Buffer.from(cases[0]!.file, "base64"));
    expect(Object.getPrototypeOf(data)).toBe(Uint8Array.prototype);
    expect(data.length).toBe(27 * 21);
  });

  it("reads a view into a larger buffer", async () => {
    const file = Buffer.from(cases[0]!.file, "base64");
    const padded = new Uint8Array(file.length + 32).fill(255);
    padded.set(file, 16);
    const fromView = await decodeImage(padded.subarray(16, 16 + file.length));
    expect(fromView).toEqual(await decodeImage(file));
  });

  it("reads a TIFF whose fields are out of order, as some scanners write them", async () => {
    const file = Buffer.from(cases.find((one) => one.name === "TIFF grey raw")!.file, "base64");
    const unsorted = Buffer.from(file);
    const [fourth, fifth] = [3, 4].map((entry) => file.readUInt32LE(4) + 2 + 12 * entry) as [number, number];
    file.copy(unsorted, fourth, fifth, fifth + 12);
    file.copy(unsorted, fifth, fourth, fourth + 12);
    expect(unsorted).not.toEqual(file);
    expect(await decodeImage(unsorted)).toEqual(await decodeImage(file));
  });

  it("keeps files that are decoded at the same time apart", async () => {
    const whole = cases.map((one) => Buffer.from(one.file, "base64"));
    const jobs = Array.from({ length: 300 }, (_, job) => {
      const file = whole[job % whole.length]!;
      return job % 3 === 0 ? file.subarray(0, file.length * 0.8) : file;
    });
    const hashPixels = async (file: Uint8Array) => ({ sha256: sha256((await decodeImage(file)).data) });
    const results = await Promise.allSettled(jobs.map(hashPixels));
    for (const [job, result] of results.entries()) {
      const expected = cases[job % whole.length]!.sha256;
      expect(result).toMatchObject(
        job % 3 === 0
          ? { status: "rejected", reason: { code: "IMAGE_TRUNCATED" } }
          : { status: "fulfilled", value: { sha256: expected } },
      );
    }
  });

  it("accepts bytes after the end of a PNG and a JPEG", async () => {
    for (const name of ["PNG grey", "JPEG 4:2:0"]) {
      const file = Buffer.from(cases.find((one) => one.name === name)!.file, "base64");
      const followed = Buffer.concat([file, Buffer.from("comment of the archive's vendor")]);
      expect(await decodeImage(followed)).toEqual(await decodeImage(file));
    }
  });
});
