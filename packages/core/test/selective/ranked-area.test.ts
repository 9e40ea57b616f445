import fc from "fast-check";
import { expect, test } from "vitest";
import { RankedArea, rocAuc } from "../../src/selective/index.ts";

const rows = fc.array(
  fc.tuple(
    fc.oneof(fc.constantFrom(0, Math.fround(0.2), 0.5, 1), fc.float({ min: 0, max: 1, noNaN: true })),
    fc.constantFrom<0 | 1>(0, 1),
  ),
  { maxLength: 3000, size: "max" },
);

function ranked(given: readonly (readonly [number, 0 | 1])[]): number | null {
  const area = new RankedArea();
  for (const [probability, label] of given) area.add(probability, label === 1);
  return area.rocAuc();
}

test("equals the area of the sorted scores, ties included", () => {
  fc.assert(
    fc.property(rows, (given) => {
      const expected = rocAuc(
        given.map(([probability]) => probability),
        given.map(([, label]) => label),
      );
      const found = ranked(given);
      expect(found === null).toBe(expected === null);
      expect(found ?? 0).toBeCloseTo(expected ?? 0, 14);
    }),
    { seed: 3, numRuns: 100 },
  );
});

test.for([
  ["nothing", [], null],
  [
    "one class",
    [
      [0.5, 1],
      [0.1, 1],
    ],
    null,
  ],
  // Pairs (0.5, 0.5) tied, (0.5, 0) won, (-0, 0.5) lost, (-0, 0) tied, since -0 equals 0: (1/2 + 1 + 0 + 1/2) / 4.
  [
    "ties at both zeros",
    [
      [0.5, 1],
      [-0, 1],
      [0.5, 0],
      [0, 0],
    ],
    0.5,
  ],
] as const)("ranks %s", ([, given, expected]) => {
  expect(ranked(given)).toBe(expected);
});
