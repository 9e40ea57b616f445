import fc from "fast-check";
import { expect, test } from "vitest";
import { SeenImages } from "../../src/ingest/seen-images.ts";

test("has exactly the ids that were added, also beyond 32 bits", () => {
  const id = fc.oneof(fc.integer({ min: 1, max: 20_000 }), fc.maxSafeNat());
  fc.assert(
    fc.property(fc.array(id), fc.array(id), (added, others) => {
      const seen = new SeenImages();
      for (const number of added) seen.add(number);
      const expected = new Set(added);
      for (const number of [...added, ...others]) expect(seen.has(number)).toBe(expected.has(number));
    }),
  );
});
