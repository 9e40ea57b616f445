import { expect, test } from "vitest";
import { measureQuality } from "../../src/preprocess/index.ts";

const grey = (size: number, values: readonly number[]) => ({
  channels: 1 as const,
  size,
  data: Uint8Array.from(values),
});

test("measures a dot on black by hand", () => {
  // Mean 90 / 9 = 10, mean of squares 8100 / 9 = 900, deviation sqrt(800); eight of nine are black; Laplacian 4 x 90.
  const quality = measureQuality(grey(3, [0, 0, 0, 0, 90, 0, 0, 0, 0]));
  expect(quality.brightness).toBeCloseTo(10 / 255, 12);
  expect(quality.contrast).toBeCloseTo(Math.sqrt(800) / 255, 12);
  expect(quality.border).toBeCloseTo(8 / 9, 12);
  expect(quality.sharpness).toBeCloseTo(360 / 255, 12);
});

test("finds no edge on a slope, and no contrast on a flat image", () => {
  const slope = measureQuality(grey(4, [0, 20, 40, 60, 0, 20, 40, 60, 0, 20, 40, 60, 0, 20, 40, 60]));
  expect(slope.sharpness).toBe(0);
  expect(slope.border).toBe(0.25);
  expect(
    measureQuality(
      grey(
        3,
        Array.from({ length: 9 }, () => 255),
      ),
    ),
  ).toEqual({
    brightness: 1,
    contrast: 0,
    border: 0,
    sharpness: 0,
  });
});

test("reads colours as the mean of the planes", () => {
  const plane = [0, 0, 0, 0, 30, 0, 0, 0, 0];
  const colour = { channels: 3 as const, size: 3, data: Uint8Array.from([...plane, ...plane, ...plane]) };
  expect(measureQuality(colour)).toEqual(measureQuality(grey(3, plane)));
});

test("has no sharpness where no pixel has four neighbours", () => {
  expect(measureQuality(grey(2, [8, 9, 8, 9]))).toMatchObject({ border: 0.5, sharpness: 0 });
});
