import { expect, test } from "vitest";
import {
  compareMix,
  compareRates,
  kolmogorovSmirnov,
  kolmogorovUpperTail,
  populationStability,
} from "../../src/drift/index.ts";
import {
  benjaminiHochbergAdjusted,
  chiSquareUpperTail,
  createRandom,
  fisherExactPValue,
} from "../../src/statistics/index.ts";
import { CASES, errorOf, sorted } from "./cases.ts";

test.each(CASES.chiSquare)("gives scipy's chi-square tail of $x at $degrees degrees", (example) => {
  expect(errorOf(chiSquareUpperTail(example.x, example.degrees), example.tail)).toBeLessThan(1e-9);
});

test.each(CASES.ks.map((example, at) => [at, example] as const))(
  "gives the exact Kolmogorov-Smirnov p of pair %i, ties included",
  (_, { first, second, d, p }) => {
    const found = kolmogorovSmirnov(sorted(first), sorted(second));
    expect(found.exact).toBe(true);
    expect(errorOf(found.statistic, d)).toBeLessThan(1e-9);
    expect(errorOf(found.pValue, p)).toBeLessThan(1e-9);
  },
);

test.each(CASES.kolmogorov)("gives scipy's limit of Kolmogorov's statistic at $x", ({ x, p }) => {
  expect(errorOf(kolmogorovUpperTail(x), p)).toBeLessThan(1e-9);
});

test("goes over to the limit without a step where the windows are large", () => {
  const random = createRandom(5);
  const draw = (count: number, shift: number) =>
    Float64Array.from({ length: count }, () => random.uniform() + shift).sort();
  const [first, second] = [draw(2000, 0), draw(2000, 0.03)];
  const exact = kolmogorovSmirnov(first, second);
  const limit = kolmogorovSmirnov(first, draw(2001, 0.03));
  expect([exact.exact, limit.exact]).toEqual([true, false]);
  const same = kolmogorovUpperTail((exact.statistic ?? 0) * Math.sqrt(1000));
  expect(Math.abs(same / (exact.pValue ?? 0) - 1)).toBeLessThan(0.05);
});

test.each(CASES.psi.map((example, at) => [at, example] as const))(
  "gives numpy's stability index of pair %i",
  (_, { reference, current, bins, size, psi, p }) => {
    const found = populationStability(sorted(reference), sorted(current), bins);
    expect(found.bins).toHaveLength(size);
    expect(errorOf(found.psi, psi)).toBeLessThan(1e-9);
    expect(errorOf(found.pValue, p)).toBeLessThan(1e-9);
    expect(found.bins.reduce((sum, bin) => sum + bin.current, 0)).toBe(current.length);
  },
);

test.each(CASES.mixes)("gives scipy's chi-square of the mixes $reference and $current", (example) => {
  const found = compareMix(
    example.reference.map((reference, at) => ({ name: `${at}`, reference, current: example.current[at]! })),
  );
  expect(found.test).toBe("chi-square");
  expect(found.statistic).toBeCloseTo(example.statistic, 9);
  expect(errorOf(found.pValue, example.p)).toBeLessThan(1e-9);
  expect(found.moved).toBeCloseTo(example.moved, 12);
});

test("pools rare kinds from the rarest up, and says which kind moved most", () => {
  // Expected counts in the smaller window (100 of 200): 0.5, 1.5, 4, 94 -> 2 -> 6: pooled (11, 1) against (89, 99).
  const mix = compareMix([
    { name: "hand", reference: 89, current: 99 },
    { name: "hip", reference: 7, current: 1 },
    { name: "elbow", reference: 3, current: 0 },
    { name: "wrist", reference: 1, current: 0 },
    { name: "absent", reference: 0, current: 0 },
  ]);
  const pooled = compareMix([
    { name: "hand", reference: 89, current: 99 },
    { name: "rest", reference: 11, current: 1 },
  ]);
  expect(mix).toMatchObject({ test: "chi-square", statistic: pooled.statistic, pValue: pooled.pValue });
  expect(mix.moved).toBeCloseTo(0.1, 12);
  expect(mix.largest.map(({ name }) => name)).toEqual(["hand", "hip", "elbow"]);
});

test.each(CASES.fisher)("gives scipy's exact p of $a of $n against $b of $m", ({ a, n, b, m, p }) => {
  const found = fisherExactPValue({ successes: a, trials: n }, { successes: b, trials: m });
  expect(errorOf(found, p)).toBeLessThan(1e-9);
});

test.each(CASES.newcombe)("gives Newcombe's interval of $a of $n against $b of $m", (example) => {
  const found = compareRates(
    { successes: example.a, trials: example.n },
    { successes: example.b, trials: example.m },
  );
  expect(found.difference).toBeCloseTo(example.difference, 12);
  expect(found.lower).toBeCloseTo(example.lower, 9);
  expect(found.upper).toBeCloseTo(example.upper, 9);
});

test("tests a rate of small counts exactly", () => {
  const found = compareRates({ successes: 3, trials: 10 }, { successes: 0, trials: 12 });
  const p = fisherExactPValue({ successes: 3, trials: 10 }, { successes: 0, trials: 12 });
  expect(found).toMatchObject({ test: "fisher", statistic: null, pValue: p });
});

test.each(CASES.adjusted)("adjusts $p as Benjamini and Hochberg do", ({ p, bh }) => {
  const found = benjaminiHochbergAdjusted(p);
  expect(found).toHaveLength(bh.length);
  found.forEach((value, at) => expect(errorOf(value, bh[at]!)).toBeLessThan(1e-12));
});

const NONE = new Float64Array(0);
const SOME = Float64Array.of(1, 2);

test("has no statistic where a window is empty", () => {
  expect(kolmogorovSmirnov(NONE, SOME)).toEqual({ statistic: null, pValue: null, exact: true });
  expect(populationStability(SOME, NONE)).toEqual({ psi: null, pValue: null, bins: [] });
  expect(compareMix([{ name: "hand", reference: 3, current: 0 }])).toMatchObject({
    pValue: null,
    moved: null,
  });
  expect(compareRates({ successes: 0, trials: 0 }, { successes: 1, trials: 2 })).toMatchObject({
    pValue: null,
    difference: null,
  });
  expect(fisherExactPValue({ successes: 0, trials: 0 }, { successes: 1, trials: 2 })).toBe(1);
});

test("finds nothing between equal windows", () => {
  expect(kolmogorovSmirnov(SOME, SOME)).toMatchObject({ statistic: 0, pValue: 1 });
  expect(populationStability(SOME, SOME)).toMatchObject({ psi: 0, pValue: 1 });
  expect(compareMix([{ name: "hand", reference: 3, current: 9 }])).toMatchObject({
    pValue: 1,
    moved: 0,
    largest: [],
  });
});

test.each([
  ["one bin", () => populationStability(SOME, SOME, 1), "BAD_ARGUMENT"],
  ["a negative chi-square", () => chiSquareUpperTail(-1, 2), "BAD_ARGUMENT"],
  ["no degrees of freedom", () => chiSquareUpperTail(1, 0), "BAD_ARGUMENT"],
  ["a p-value above 1", () => benjaminiHochbergAdjusted([2]), "BAD_SHAPE"],
  [
    "more successes than trials",
    () => compareRates({ successes: 3, trials: 2 }, { successes: 0, trials: 1 }),
    "BAD_SHAPE",
  ],
])("refuses %s", (_, call, code) => {
  expect(call).toThrow(expect.objectContaining({ code }));
});
