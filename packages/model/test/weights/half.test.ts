import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { float16ToFloat32, float32ToFloat16 } from "../../src/weights/half.ts";

const bitsOf = (value: number): number => float32ToFloat16(Float32Array.of(value))[0] ?? Number.NaN;

describe("float32ToFloat16", () => {
  test("gives back every half-precision number", () => {
    const every = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
    const finite = every.filter((bits) => (bits & 0x7c00) !== 0x7c00 || (bits & 0x3ff) === 0);
    expect(float32ToFloat16(float16ToFloat32(finite))).toEqual(finite);
  });

  test.each([
    ["zero", 0, 0x0000],
    ["minus zero", -0, 0x8000],
    ["one", 1, 0x3c00],
    // 1 + 2^-11 lies half way between 1 and 1 + 2^-10: to the even one.
    ["half way, down to even", 1 + 2 ** -11, 0x3c00],
    ["half way, up to even", 1 + 3 * 2 ** -11, 0x3c02],
    ["just above half way", 1 + 2 ** -11 + 2 ** -20, 0x3c01],
    // The mantissa overflows into the exponent: 2047.75 is nearer to 2048 than to 2047.
    ["up to the next power of two", 2047.75, 0x6800],
    ["the largest", 65_504, 0x7bff],
    ["below half way to infinity", 65_519.99, 0x7bff],
    ["half way to infinity", 65_520, 0x7c00],
    ["beyond", -1e30, 0xfc00],
    ["infinity", Infinity, 0x7c00],
    ["NaN", Number.NaN, 0x7e00],
    ["the least normal", 2 ** -14, 0x0400],
    ["the largest subnormal", 1023 * 2 ** -24, 0x03ff],
    ["the least subnormal", 2 ** -24, 0x0001],
    ["half the least, down to even", 2 ** -25, 0x0000],
    ["one and a half of the least, up to even", 3 * 2 ** -25, 0x0002],
    ["up from subnormal to normal", 1023.75 * 2 ** -24, 0x0400],
    ["negative subnormal", -3 * 2 ** -24, 0x8003],
    ["far below", 1e-30, 0x0000],
  ])("rounds %s", (_, value, bits) => {
    expect(bitsOf(value)).toBe(bits);
  });

  test("gives the nearest half-precision number", () => {
    fc.assert(
      fc.property(fc.double({ min: -65_504, max: 65_504, noNaN: true }), (double) => {
        const value = Math.fround(double);
        const [rounded = Number.NaN] = float16ToFloat32(Uint16Array.of(bitsOf(value)));
        const spacing = Math.max(2 ** -24, 2 ** (Math.floor(Math.log2(Math.abs(rounded) || 1)) - 10));
        expect(Math.abs(rounded - value)).toBeLessThanOrEqual(spacing / 2);
      }),
    );
  });
});
