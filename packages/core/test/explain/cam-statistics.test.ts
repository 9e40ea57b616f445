import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HairlineError } from "../../src/errors.ts";
import { ALPHAS, camStatistics } from "../../src/explain/index.ts";

const grid = (...cells: number[]) => Float32Array.from(cells);

describe("camStatistics", () => {
  it.each([
    // Shares 0, 1/6, 2/6, 3/6: H = ln6/6 + ln3/3 + ln2/2. Area at 0.5: cells above 1.5 are 2 and 3.
    ["a ramp", grid(0, 1, 2, 3), Math.log(6) / 6 + Math.log(3) / 3 + Math.log(2) / 2, 2 / 4],
    // The smallest cell is shifted to zero, so one cell remains: H = 0. Area at 0.5 is over raw cells: 1 > 2 is false.
    ["one hot cell over a floor", grid(1, 1, 1, 4), 0, 1 / 4],
    // Two equal peaks: shares 1/2, 1/2, H = ln 2.
    ["two equal peaks", grid(0, 5, 0, 5), Math.log(2), 2 / 4],
    // A cell exactly at alpha * max is not above it.
    ["a tie at the area threshold", grid(0, 1, 2, 2), Math.log(5) / 5 + (4 / 5) * Math.log(5 / 2), 2 / 4],
  ])("gives entropy and area of %s by hand", (_name, cells, entropy, areaAtHalf) => {
    const statistics = camStatistics(cells, [0.5]);
    expect(statistics.entropy).toBeCloseTo(entropy, 12);
    expect(statistics.entropyNormalized).toBeCloseTo(entropy / Math.log(4), 12);
    expect(statistics.areas).toEqual([areaAtHalf]);
    expect(statistics.degenerate).toBe(false);
  });

  it.each([
    ["all zero", grid(0, 0, 0, 0)],
    ["flat and positive", grid(2, 2, 2, 2)],
    ["a single cell", grid(7)],
  ])("marks a grid that is %s as degenerate, with no entropy and no area", (_name, cells) => {
    expect(camStatistics(cells, [0.3, 0.5])).toEqual({
      entropy: null,
      entropyNormalized: null,
      degenerate: true,
      areas: [null, null],
    });
  });

  it.each([
    ["BAD_SHAPE", grid(), [0.5]],
    ["INFERENCE_FAILED", grid(0, Number.NaN), [0.5]],
    ["INFERENCE_FAILED", grid(0, -1), [0.5]],
    ["INFERENCE_FAILED", grid(0, Number.POSITIVE_INFINITY), [0.5]],
    ["BAD_THRESHOLD", grid(0, 1), [1]],
    ["BAD_THRESHOLD", grid(0, 1), [Number.NaN]],
  ])("refuses unusable input with %s", (code, cells, alphas) => {
    expect(() => camStatistics(cells, alphas)).toThrow(
      expect.objectContaining({ code, name: HairlineError.name }) as Error,
    );
  });

  it("does not change when a grid is scaled by a power of two", () => {
    const cell = fc.float({ min: 0, max: 1000, noNaN: true }).map((x) => (x < 1e-20 ? 0 : x));
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 49 }), (cells) => {
        const one = camStatistics(Float32Array.from(cells), ALPHAS);
        const scaled = camStatistics(
          Float32Array.from(cells, (x) => x * 4),
          ALPHAS,
        );
        expect(scaled).toEqual(one);
      }),
    );
  });
});
