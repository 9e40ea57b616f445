import fc from "fast-check";
import { expect, test } from "vitest";
import { LevelLookup } from "../../src/triage/index.ts";
import { ulpAway } from "../readings/arbitrary-facts.ts";

const float = fc.float({ min: 0, max: Math.fround(1e9), noNaN: true });
const thresholds = fc.oneof(
  fc.array(float, { maxLength: 60 }),
  fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { maxLength: 400 }),
  // Clustered, so that many share a bucket while others leave most buckets empty.
  fc
    .array(
      fc.integer({ min: 0, max: 40 }).map((steps) => ulpAway(0.22, steps)),
      { maxLength: 40 },
    )
    .map((values) => [...values, 0, 1]),
);

test("counts what comparing with every threshold counts, on and beside the thresholds", () => {
  fc.assert(
    fc.property(thresholds, fc.array(float, { maxLength: 20 }), (given, others) => {
      const distinct = [...new Set(given)];
      const lookup = new LevelLookup(given);
      const near = distinct.flatMap((value) => [-1, 0, 1].map((steps) => ulpAway(value, steps)));
      for (const value of [...near, ...others]) {
        expect(lookup.countAtMost(value)).toBe(distinct.filter((each) => each <= value).length);
        expect(lookup.countAtLeast(value)).toBe(distinct.filter((each) => each >= value).length);
      }
    }),
    { seed: 5, numRuns: 300 },
  );
});

test.for([
  ["no threshold", [], 0.5, 0, 0],
  ["one threshold, on it", [0.5], 0.5, 1, 1],
  ["one threshold, above it", [0.5], 0.75, 1, 0],
  ["a value beyond any 32-bit integer", [0, 1], 3e38, 2, 0],
  // A calibrated p_low that no probability reaches.
  ["an infinite threshold", [0.25, Number.POSITIVE_INFINITY], 1, 1, 1],
  ["only infinite thresholds", [Number.POSITIVE_INFINITY], 1, 0, 1],
] as const)("counts with %s", ([, given, value, atMost, atLeast]) => {
  const lookup = new LevelLookup(given);
  expect([lookup.countAtMost(value), lookup.countAtLeast(value)]).toEqual([atMost, atLeast]);
});
