import { describe, expect, test } from "vitest";
import { quantizeConvolution } from "@hairline/model/quantize";
import { affineLevels } from "../../src/quantize/activation-range.ts";

describe("quantizeConvolution", () => {
  test("spreads each channel over its own range", () => {
    // Two channels of two weights: scales 1.27 / 127 = 0.01 and 127 / 127 = 1.
    const { levels, scales, bias, biasScales } = quantizeConvolution(
      { shape: [2, 2, 1, 1], weight: Float32Array.of(1.27, -0.5, 127, 3.4), bias: Float32Array.of(0.25, -8) },
      0.5,
    );
    expect([...levels]).toEqual([127, -50, 127, 3]);
    expect(scales[0]).toBeCloseTo(0.01, 7);
    expect(scales[1]).toBe(1);
    // In steps of 0.5 * 0.01 = 0.005 and 0.5: 0.25 / 0.005 = 50, -8 / 0.5 = -16.
    expect([...bias]).toEqual([50, -16]);
    expect(biasScales[0]).toBeCloseTo(0.005, 7);
    expect(biasScales[1]).toBe(0.5);
  });

  test("keeps a channel of zeros, and its bias", () => {
    const { levels, scales, bias, biasScales } = quantizeConvolution(
      { shape: [1, 2, 1, 1], weight: new Float32Array(2), bias: Float32Array.of(3) },
      0.01,
    );
    expect([...levels]).toEqual([0, 0]);
    expect(scales[0]).toBeGreaterThan(0);
    expect((bias[0] ?? 0) * (biasScales[0] ?? 0)).toBeCloseTo(3, 5);
    expect(Math.abs(bias[0] ?? 0)).toBeLessThan(2 ** 31);
  });

  test("coarsens a channel whose bias would not fit 32 bits", () => {
    const { bias, biasScales } = quantizeConvolution(
      { shape: [1, 1, 1, 1], weight: Float32Array.of(1e-9), bias: Float32Array.of(-1000) },
      1e-3,
    );
    expect((bias[0] ?? 0) * (biasScales[0] ?? 0)).toBeCloseTo(-1000, 2);
  });
});

describe("affineLevels", () => {
  test.each([
    // After ReLU all 255 levels are above zero.
    ["not negative", { low: 0, high: 51 }, { scale: 0.2, zeroPoint: 0 }],
    // Scale 4 / 255; zero is 1 / scale = 63.75 levels above the least.
    ["on both sides", { low: -1, high: 3 }, { scale: 4 / 255, zeroPoint: 64 }],
    ["not positive", { low: -255, high: 0 }, { scale: 1, zeroPoint: 255 }],
    ["of zeros", { low: 0, high: 0 }, { scale: 1e-6 / 255, zeroPoint: 0 }],
  ])("spreads a map %s over 255 levels", (_, range, { scale, zeroPoint }) => {
    const levels = affineLevels(range);
    expect(levels.zeroPoint).toBe(zeroPoint);
    expect(levels.scale / scale).toBeCloseTo(1, 6);
  });
});
