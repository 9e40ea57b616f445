import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import sharp from "sharp";
import { describe, expect, it } from "vitest";

import { IMAGENET_PREPROCESSING, loadPixels, type PixelImage } from "../../src/preprocess/index.ts";
import { generateImage, type GeneratedImage, type ImageKind } from "../fixtures/generated-image.ts";

interface PreprocessCase {
  readonly kind: ImageKind;
  readonly from: [number, number];
  readonly channels: 1 | 3;
  readonly size: number;
  /** of the resized pixels, planar */
  readonly pixelsSha256: string;
  /** normalised float32 values at [channel, y, x] */
  readonly channelYXValue: [number, number, number, number][];
}

const fixture = new URL("../fixtures/preprocess-cases.json", import.meta.url);
const cases = JSON.parse(readFileSync(fixture, "utf8")) as PreprocessCase[];

async function encodePng(image: GeneratedImage): Promise<Uint8Array> {
  const { data, width, height, channels } = generateImage(image);
  const encoder = sharp(data, { raw: { width, height, channels } });
  return (channels === 1 ? encoder.toColourspace("b-w") : encoder).png().toBuffer();
}

/** The normalisation that the network's graph begins with; a grey plane serves all three channels. */
function normalised(image: PixelImage, at: { channel: number; y: number; x: number }): number {
  const plane = image.channels === 1 ? 0 : at.channel;
  const value = image.data[(plane * image.size + at.y) * image.size + at.x]!;
  return (value / 255 - IMAGENET_PREPROCESSING.mean[at.channel]!) / IMAGENET_PREPROCESSING.std[at.channel]!;
}

describe("loadPixels", () => {
  it.each(cases)("equals torchvision on $kind $from × $channels at $size px", async (expected) => {
    const { kind, channels, size } = expected;
    const bytes = await encodePng({ kind, channels, width: expected.from[0], height: expected.from[1] });

    const image = await loadPixels(bytes, { ...IMAGENET_PREPROCESSING, inputSize: size });

    expect([image.channels, image.size]).toEqual([channels, size]);
    expect(createHash("sha256").update(image.data).digest("hex")).toBe(expected.pixelsSha256);
    for (const [channel, y, x, value] of expected.channelYXValue) {
      expect(normalised(image, { channel, y, x })).toBeCloseTo(value, 5);
    }
  });

  it("lays colour out as three planes", async () => {
    const data = Buffer.from([10, 20, 30]);
    const bytes = await sharp(data, { raw: { width: 1, height: 1, channels: 3 } })
      .png()
      .toBuffer();
    const image = await loadPixels(bytes, { ...IMAGENET_PREPROCESSING, inputSize: 2 });
    expect([...image.data]).toEqual([10, 10, 10, 10, 20, 20, 20, 20, 30, 30, 30, 30]);
  });

  it("passes the limits on to the decoder", async () => {
    const bytes = await encodePng({ kind: "white", channels: 1, width: 20, height: 20 });
    await expect(loadPixels(bytes, IMAGENET_PREPROCESSING, { maxPixels: 399 })).rejects.toMatchObject({
      code: "IMAGE_TOO_LARGE",
      field: "maxPixels",
    });
  });
});
