import fc from "fast-check";
import { expect, test } from "vitest";
import { ascendingOrder, createRandom } from "../../src/statistics/index.ts";

test.each([
  ["nothing", [], []],
  ["one value", [4], [0]],
  ["ties in input order", [2, 1, 2, 1], [1, 3, 0, 2]],
  ["both zeros as equal", [0, -0, 0], [0, 1, 2]],
  ["infinities at the ends", [Infinity, 0, -Infinity], [2, 1, 0]],
])("orders %s", (_, values, expected) => {
  expect([...ascendingOrder(values)]).toEqual(expected);
});

test("orders many rows by radix as few by comparison", () => {
  const special = [0, -0, Infinity, -Infinity, 5e-324, -5e-324, 1, -1, Number.MAX_VALUE, -Number.MAX_VALUE];
  fc.assert(
    fc.property(fc.integer(), fc.boolean(), (seed, whole) => {
      const random = createRandom(seed);
      const values = Array.from({ length: 6000 }, (_, at) => {
        if (at % 50 === 0) return special[random.below(special.length)]!;
        return whole ? random.below(100) - 50 : (random.uniform() - 0.5) * 2 ** (random.below(200) - 100);
      });
      const expected = values
        .map((_, at) => at)
        .toSorted((a, b) => {
          if (values[a] === values[b]) return a - b;
          return values[a]! < values[b]! ? -1 : 1;
        });
      expect([...ascendingOrder(values)]).toEqual(expected);
    }),
    { numRuns: 10, seed: 2 },
  );
});

test("refuses NaN", () => {
  expect(() => ascendingOrder([1, Number.NaN])).toThrow(expect.objectContaining({ code: "BAD_SHAPE" }));
});
