import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { upsampleCam } from "../../src/heatmap/index.ts";

interface UpsampleCase {
  readonly grid: [number, number];
  readonly size: [number, number];
  readonly values: number[];
  /** y, x and PyTorch's value there */
  readonly picks: [number, number, number][];
}

const fixture = new URL("../fixtures/upsample-cases.json", import.meta.url);
const cases = JSON.parse(readFileSync(fixture, "utf8")) as UpsampleCase[];

describe("upsampleCam", () => {
  it.each(cases)("equals PyTorch from $grid to $size", ({ grid, size, values, picks }) => {
    const cam = { values: Float32Array.from(values), height: grid[0], width: grid[1] };
    const image = upsampleCam(cam, { width: size[1], height: size[0] });
    expect(image).toHaveLength(size[0] * size[1]);
    for (const [y, x, value] of picks) expect(image[y * size[1] + x]).toBeCloseTo(value, 5);
  });

  it("keeps the outer half cells constant and is linear between centres, worked by hand", () => {
    // Two cells over 8 pixels: centres at pixel edges 2 and 6. Pixel 2 has its centre at 2.5, so it lies
    // (2.5·2/8 − 0.5) = 0.125 of the way from the first cell to the second; each further pixel adds 0.25.
    const cam = { values: Float32Array.of(0, 8), height: 1, width: 2 };
    expect([...upsampleCam(cam, { width: 8, height: 1 })]).toEqual([0, 0, 1, 3, 5, 7, 8, 8]);
  });
});
