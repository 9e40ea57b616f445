import sharp from "sharp";
import { describe, expect, it } from "vitest";

import { decodeImage } from "../../src/decode/index.ts";
import { type CamGrid, renderHeatmapPng, renderOverlay } from "../../src/heatmap/index.ts";
import { generateImage } from "../fixtures/generated-image.ts";

function camGrid(rows: readonly (readonly number[])[]): CamGrid {
  return { values: Float32Array.from(rows.flat()), height: rows.length, width: rows[0]!.length };
}

const flat = camGrid([
  [0.25, 0.25],
  [0.25, 0.25],
]);
const hotRight = camGrid([[0, 2]]);

async function greyPng(size: { width: number; height: number }, value: number): Promise<Uint8Array> {
  const data = new Uint8Array(size.width * size.height).fill(value);
  return sharp(data, { raw: { ...size, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toBuffer();
}

async function pixelsOf(bytes: Uint8Array): Promise<(x: number, y: number) => number[]> {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  return (x, y) => [...data.subarray((y * info.width + x) * info.channels).subarray(0, info.channels)];
}

describe("renderHeatmapPng", () => {
  it("goes from transparent to the map's brightest colour, worked by hand", async () => {
    // Two cells over 8 pixels are the shares 0, 0, 1/8, 3/8, 5/8, 7/8, 1, 1. Opacity fades in from 0.15 to 0.65:
    // 3/8 is t = 0.45 of the way, 3t² − 2t³ = 0.42525, 0.42525·255 = 108.4; 5/8 is t = 0.95, 0.99275·255 = 253.2.
    const { bytes, heat, contentType } = await renderHeatmapPng(hotRight, { width: 8, height: 1 });
    expect({ heat, contentType }).toEqual({ heat: "drawn", contentType: "image/png" });
    const at = await pixelsOf(bytes);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((x) => at(x, 0)[3])).toEqual([0, 0, 0, 108, 253, 255, 255, 255]);
    // The last entry of inferno is #fcffa4.
    expect(at(7, 0)).toEqual([0xfc, 0xff, 0xa4, 255]);
  });

  it.each([
    ["flat", flat],
    ["all zero", camGrid([[0, 0, 0]])],
    ["a single cell", camGrid([[3]])],
  ])("draws nothing for a grid that is %s, and says so", async (_what, grid) => {
    const { bytes, heat } = await renderHeatmapPng(grid, { width: 4, height: 4 });
    expect(heat).toBe("degenerate");
    const at = await pixelsOf(bytes);
    expect(at(0, 0)[3]).toBe(0);
    expect(at(3, 3)[3]).toBe(0);
  });

  it.each<[string, CamGrid, number, string]>([
    ["a width of 0", hotRight, 0, "BAD_ARGUMENT"],
    ["a width no screen has", hotRight, 4097, "BAD_ARGUMENT"],
    ["sides that do not give the cells", { ...hotRight, height: 2 }, 8, "BAD_SHAPE"],
    ["a grid of no cells", { values: new Float32Array(), height: 0, width: 0 }, 8, "BAD_SHAPE"],
    ["a cell that is NaN", camGrid([[1, Number.NaN]]), 8, "INFERENCE_FAILED"],
    ["a negative cell", camGrid([[1, -1]]), 8, "INFERENCE_FAILED"],
  ])("refuses %s", async (_what, grid, width, code) => {
    await expect(renderHeatmapPng(grid, { width, height: 1 })).rejects.toMatchObject({ code });
  });
});

describe("renderOverlay", () => {
  it("leaves cold regions as they were and blends hot ones, worked by hand", async () => {
    // Grey 100 under #fcffa4 (252, 255, 164) at opacity 0.5, stored as round(127.5) = 128 of 255:
    // 100 + 152·128/255 = 176.3, 100 + 155·128/255 = 177.8, 100 + 64·128/255 = 132.1.
    const image = await greyPng({ width: 8, height: 2 }, 100);
    const { bytes, width, height } = await renderOverlay(image, hotRight, { opacity: 0.5 });
    const at = await pixelsOf(bytes);
    expect([width, height]).toEqual([8, 2]);
    expect(at(0, 1)).toEqual([100, 100, 100]);
    expect(at(7, 1)).toEqual([176, 178, 132]);
  });

  it("shows the bare radiograph for a flat grid, and says so", async () => {
    const source = generateImage({ kind: "noise", width: 30, height: 20, channels: 3 });
    const { width, height, channels } = source;
    const image = await sharp(source.data, { raw: { width, height, channels } }).png().toBuffer();
    const overlay = await renderOverlay(image, flat);
    expect(overlay.heat).toBe("degenerate");
    expect((await decodeImage(overlay.bytes)).data).toEqual(source.data);
  });

  it.each([
    [2000, 1000, 768, 384],
    [1000, 2000, 384, 768],
    [5000, 1, 768, 1],
    [100, 50, 100, 50],
  ])("fits %d×%d into %d×%d", async (width, height, toWidth, toHeight) => {
    const overlay = await renderOverlay(await greyPng({ width, height }, 9), hotRight);
    expect([overlay.width, overlay.height]).toEqual([toWidth, toHeight]);
    expect(await decodeImage(overlay.bytes)).toMatchObject({ width: toWidth, height: toHeight });
  });

  it("frames a box at its place in the scaled picture, leaving its inside free", async () => {
    // 200 → 100 px halves the box [40, 80, 120, 160] to [20, 40, 60, 80]. The stroke of 2 px lies just outside of
    // it, the outline of 1 px outside of the stroke.
    const image = await greyPng({ width: 200, height: 200 }, 50);
    const boxes = [{ x0: 40, y0: 80, x1: 120, y1: 160 }];
    const at = await pixelsOf((await renderOverlay(image, flat, { maxSide: 100, boxes })).bytes);
    const [stroke, outline, grey] = [
      [0, 229, 255],
      [0, 0, 0],
      [50, 50, 50],
    ];
    const row = [16, 17, 18, 19, 20, 59, 60, 61, 62, 63].map((x) => at(x, 60));
    expect(row).toEqual([grey, outline, stroke, stroke, grey, grey, stroke, stroke, outline, grey]);
    const column = [36, 37, 38, 39, 40, 79, 80, 81, 82, 83].map((y) => at(40, y));
    expect(column).toEqual([grey, outline, stroke, stroke, grey, grey, stroke, stroke, outline, grey]);
  });

  it("clips a box that reaches over the edge", async () => {
    const image = await greyPng({ width: 20, height: 20 }, 50);
    const boxes = [{ x0: -5, y0: 10, x1: 25, y1: 40 }];
    const at = await pixelsOf((await renderOverlay(image, flat, { boxes })).bytes);
    expect(at(0, 9)).toEqual([0, 229, 255]);
    expect(at(19, 19)).toEqual([50, 50, 50]);
  });

  it.each([
    ["empty", { x0: 5, y0: 5, x1: 5, y1: 9 }],
    ["off the image", { x0: 20, y0: 0, x1: 25, y1: 5 }],
    ["not finite", { x0: Number.NaN, y0: 0, x1: 5, y1: 5 }],
  ])("refuses a box that is %s", async (_what, box) => {
    const image = await greyPng({ width: 20, height: 20 }, 50);
    await expect(renderOverlay(image, flat, { boxes: [box] })).rejects.toMatchObject({
      code: "BAD_ARGUMENT",
      field: "boxes",
    });
  });

  it("writes a JPEG when asked to", async () => {
    const image = await greyPng({ width: 16, height: 16 }, 50);
    const { bytes, contentType } = await renderOverlay(image, hotRight, { format: "jpeg" });
    expect(contentType).toBe("image/jpeg");
    expect([...bytes.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
  });

  it("passes on the decoder's refusal", async () => {
    await expect(renderOverlay(new Uint8Array(), hotRight)).rejects.toMatchObject({ code: "IMAGE_EMPTY" });
  });

  it("refuses an opacity over 1", async () => {
    const image = await greyPng({ width: 4, height: 4 }, 50);
    await expect(renderOverlay(image, hotRight, { opacity: 1.01 })).rejects.toMatchObject({
      field: "opacity",
    });
  });
});
