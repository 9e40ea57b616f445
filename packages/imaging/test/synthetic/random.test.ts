import { describe, expect, it } from "vitest";
import { RandomStream } from "../../src/synthetic/random.ts";
import { direction, interpolate, smoothstep } from "../../src/synthetic/geometry.ts";

const FIXTURE = [386078350, 3350144945, 3999429395, 2872097395, 1708128974];

describe("RandomStream", () => {
  it("gives the numbers of an independent sfc32", () => {
    // make_random_fixture.py, which follows the published algorithm in Python's integers.
    const stream = new RandomStream("42");
    expect(Array.from({ length: 5 }, () => stream.bits())).toEqual(FIXTURE);
  });

  it("gives a labelled stream that draws elsewhere do not move", () => {
    const first = new RandomStream(7);
    const second = new RandomStream(7);
    for (let i = 0; i < 100; i++) second.bits();
    expect(second.stream("a").bits()).toBe(first.stream("a").bits());
    expect(first.stream("b").bits()).not.toBe(first.stream("a").bits());
  });

  it("draws uniform and normal numbers with the moments it names", () => {
    const stream = new RandomStream("moments");
    const count = 200_000;
    let [sum, squares, mean] = [0, 0, 0];
    for (let i = 0; i < count; i++) {
      const value = stream.normal();
      sum += value;
      squares += value * value;
      mean += stream.uniform();
    }
    // Standard errors: 1/sqrt(200,000) = 0.0022 and 0.29/447 = 0.0006; five of each.
    expect(Math.abs(sum / count)).toBeLessThan(0.011);
    expect(Math.abs(squares / count - 1)).toBeLessThan(0.012);
    expect(Math.abs(mean / count - 0.5)).toBeLessThan(0.0033);
  });

  it("refuses to pick from an empty list", () => {
    expect(() => new RandomStream(1).pick([])).toThrow(RangeError);
  });
});

describe("geometry", () => {
  it("turns degrees into unit vectors as sine and cosine do", () => {
    for (let degrees = -725; degrees <= 725; degrees += 7.3) {
      const { x, y } = direction(degrees);
      expect(x).toBeCloseTo(Math.cos((degrees * Math.PI) / 180), 8);
      expect(y).toBeCloseTo(Math.sin((degrees * Math.PI) / 180), 8);
    }
  });

  it("interpolates through its values and holds the ends", () => {
    const values = [2, 4, 10];
    // Half-way between 4 and 10 the smooth step is one half: 7.
    expect([-1, 0, 0.5, 0.75, 1, 2].map((t) => interpolate(values, t))).toEqual([2, 2, 4, 7, 10, 10]);
    expect(interpolate([3], 0.4)).toBe(3);
    expect([smoothstep(-1), smoothstep(0.5), smoothstep(2)]).toEqual([0, 0.5, 1]);
  });
});
