import fc from "fast-check";
import { expect, test } from "vitest";
import { packCounts, unpackCounts } from "../../src/rollup/pack-counts.ts";

const count = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 300 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 ** 31 - 1 }) },
);

test("unpacks what it packed, added to what was there", () => {
  fc.assert(
    fc.property(fc.array(count, { maxLength: 500, size: "max" }), (counts) => {
      const unpacked = new Int32Array(counts.length).fill(-1);
      unpackCounts(packCounts(Int32Array.from(counts)), unpacked);
      expect([...unpacked]).toEqual(counts.map((each) => each - 1));
    }),
    { seed: 17 },
  );
});

test("packs a run of zeros into its length", () => {
  // 0, then 137057 = 8 * 128^2 + 46 * 128 + 97.
  expect([...packCounts(new Int32Array(137_057))]).toEqual([0, 97 | 0x80, 46 | 0x80, 8]);
});

test.for([
  ["fewer cells", 3],
  ["more cells", 5],
] as const)("refuses counts of %s than it packed", ([, length]) => {
  const packed = packCounts(Int32Array.of(1, 0, 0, 2));
  expect(() => unpackCounts(packed, new Int32Array(length))).toThrow(/of another grid/);
});

test("refuses bytes that end within a number, and counts below zero", () => {
  expect(() => unpackCounts(Uint8Array.of(0x81), new Int32Array(1))).toThrow(/of another grid/);
  expect(() => packCounts(Int32Array.of(1, -1))).toThrow(/counts -1/);
});
