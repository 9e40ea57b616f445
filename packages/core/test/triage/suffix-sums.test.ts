import fc from "fast-check";
import { expect, test } from "vitest";
import { prefixSums, suffixSums } from "../../src/triage/index.ts";

test("sums every cell with all cells at least as strict, slice by slice", () => {
  const shapes = fc.tuple(...[2, 4, 4, 4].map((max) => fc.integer({ min: 1, max })));
  const cubes = shapes.chain((shape) => {
    const length = shape.reduce((product, size) => product * size, 1);
    return fc.tuple(fc.constant(shape), fc.array(fc.nat(9), { minLength: length, maxLength: length }));
  });
  fc.assert(
    fc.property(cubes, ([[slices = 1, p = 1, entropy = 1, area = 1], cells]) => {
      const at = (k: number, i: number, j: number, l: number) => ((k * p + i) * entropy + j) * area + l;
      const expected = cells.map(() => 0);
      for (let k = 0; k < slices; k++)
        for (let i = 0; i < p; i++)
          for (let j = 0; j < entropy; j++)
            for (let l = 0; l < area; l++)
              for (let a = 0; a <= i; a++)
                for (let b = 0; b <= j; b++)
                  for (let c = 0; c <= l; c++)
                    expected[at(k, a, b, c)] = (expected[at(k, a, b, c)] ?? 0) + (cells[at(k, i, j, l)] ?? 0);
      const sums = Uint32Array.from(cells);
      suffixSums(sums, [p, entropy, area]);
      expect([...sums]).toEqual(expected);
    }),
  );
});

test("runs totals from the front", () => {
  expect([...prefixSums(Uint32Array.of(3, 0, 4))]).toEqual([0, 3, 3, 7]);
  expect([...prefixSums(new Uint32Array(0))]).toEqual([0]);
});
