import { expect, test } from "vitest";
import { binomialCdf, createRandom, drawBinomial, resampleCounts } from "../../src/statistics/index.ts";
import { CASES } from "./cases.ts";

test.each(CASES.random)("gives xoshiro128** from seed $seed", ({ seed, words }) => {
  const random = createRandom(seed);
  expect(words.map(() => random.next32())).toEqual(words);
});

test("makes a 53-bit fraction of two words", () => {
  const [first = 0, second = 0] = CASES.random[1]!.words;
  expect(createRandom(1).uniform()).toBe(
    (Math.floor(first / 32) * 2 ** 26 + Math.floor(second / 64)) / 2 ** 53,
  );
});

test("spreads bounded integers evenly", () => {
  const random = createRandom(3);
  const seen = new Float64Array(7);
  for (let draw = 0; draw < 70_000; draw++) seen[random.below(7)]! += 1;
  const chiSquare = seen.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
  // 22.46 is the 0.999 quantile of chi-square with 6 degrees of freedom.
  expect(chiSquare).toBeLessThan(22.46);
});

test.each([
  ["by inversion", 30, 0.1],
  ["at p near 1", 25, 0.97],
  ["by rejection", 60, 0.4],
  ["by rejection of a large n", 100_000, 0.3],
])("draws binomials %s with the binomial's distribution", (_, n, p) => {
  const random = createRandom(29);
  const draws = Float64Array.from({ length: 20_000 }, () => drawBinomial(random, n, p)).sort();
  // Kolmogorov's distance at each value drawn: 1.95 / sqrt(20,000) is its 0.999 quantile for continuous draws.
  let distance = 0;
  draws.forEach((k, at) => {
    if (draws[at + 1] === k) return;
    distance = Math.max(distance, Math.abs((at + 1) / draws.length - binomialCdf(k, n, p)));
  });
  expect(distance).toBeLessThan(1.95 / Math.sqrt(draws.length));
});

test.each([
  [0, 0.5, 0],
  [9, 0, 0],
  [9, 1, 9],
])("draws Binomial(%d, %d) without chance", (n, p, expected) => {
  expect(drawBinomial(createRandom(1), n, p)).toBe(expected);
});

test("resamples counts to the same total, with the multinomial's mean and spread", () => {
  const counts = [70, 0, 25, 5];
  const random = createRandom(31);
  const out = new Float64Array(4);
  const sum = new Float64Array(4);
  const squares = new Float64Array(4);
  for (let draw = 0; draw < 5000; draw++) {
    resampleCounts(random, counts, out);
    expect(out.reduce((total, count) => total + count)).toBe(100);
    out.forEach((count, at) => {
      sum[at]! += count;
      squares[at]! += (count - counts[at]!) ** 2;
    });
  }
  counts.forEach((count, at) => {
    const variance = (count * (100 - count)) / 100;
    expect(Math.abs(sum[at]! / 5000 - count)).toBeLessThanOrEqual(4 * Math.sqrt(variance / 5000));
    expect(Math.abs(squares[at]! / 5000 - variance)).toBeLessThanOrEqual(0.1 * variance);
  });
});

test.each([
  ["nothing", [], []],
  ["zeros", [0, 0], [0, 0]],
  ["one cell", [7], [7]],
])("resamples %s to itself", (_, counts, expected) => {
  const out = new Float64Array(counts.length).fill(9);
  resampleCounts(createRandom(1), counts, out);
  expect([...out]).toEqual(expected);
});

test.each([
  ["a negative count", [-1], 1],
  ["a NaN count", [Number.NaN], 1],
  ["another length", [1, 2], 1],
])("refuses %s", (_, counts, length) => {
  expect(() => resampleCounts(createRandom(1), counts, new Float64Array(length))).toThrow(
    expect.objectContaining({ code: "BAD_SHAPE" }),
  );
});
