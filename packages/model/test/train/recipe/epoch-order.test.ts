import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "@hairline/model/train";
import { epochOrder } from "../../../src/train/recipe/epoch-order.ts";

const seeds = fc.integer({ min: 0, max: 0xffff_ffff });
const BODY_PARTS = ["ELBOW", "HAND", "WRIST"] as const;

describe("an epoch's order", () => {
  test("shows each image once, and is the same whenever it is asked for", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), seeds, fc.nat(1000), (count, seed, epoch) => {
        const order = epochOrder(count, { seed, epoch });
        expect([...order].toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, at) => at));
        expect(epochOrder(count, { seed, epoch })).toEqual(order);
      }),
    );
  });

  test("is another one in every epoch and for every seed", () => {
    const orders = [0, 1, 2].flatMap((epoch) =>
      [1, 2].map((seed) => epochOrder(64, { seed, epoch }).join(" ")),
    );
    expect(new Set(orders).size).toBe(6);
  });

  test("with groups shows each image once, and no stretch lacks or heaps a group", () => {
    const groups = fc.array(fc.constantFrom(...BODY_PARTS), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(groups, seeds, (given, seed) => {
        const order = epochOrder(given.length, { seed, epoch: 3, groups: given });
        expect(new Set(order).size).toBe(given.length);
        for (const group of new Set(given)) {
          const all = given.filter((other) => other === group).length;
          let shown = 0;
          order.forEach((index, at) => {
            if (given[index] === group) shown += 1;
            // Each group's k-th image lies at (k + phase) / n of the epoch, so none is off by more than one image, and
            // the others' phases move the place by one image each.
            const expected = (all * (at + 1)) / given.length;
            expect(Math.abs(shown - expected)).toBeLessThanOrEqual(1 + (all * 3) / given.length);
          });
        }
      }),
    );
  });
});

describe("a random stream", () => {
  test("is even over [0, 1) and follows from its key alone", () => {
    const random = randomStream(42, 1, 7);
    const values = Array.from({ length: 10_000 }, () => random());
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    // Ten bins of 1,000: chi-squared has 9 degrees of freedom, and is above 27.9 once in a thousand keys.
    const bins = Array.from<number>({ length: 10 }).fill(0);
    for (const value of values) bins[Math.floor(10 * value)]! += 1;
    expect(bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(27.9);
    const again = randomStream(42, 1, 7);
    expect([again(), again()]).toEqual(values.slice(0, 2));
    expect(randomStream(42, 7, 1)()).not.toBe(values[0]);
  });
});
