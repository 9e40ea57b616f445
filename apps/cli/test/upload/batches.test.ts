import { expect, it } from "vitest";
import { batchesOf } from "../../src/upload/batches.ts";

const limits = { files: 3, bytes: 10 };

it.each([
  [[], []],
  [[4], [[4]]],
  [
    [1, 1, 1, 1],
    [[1, 1, 1], [1]],
  ],
  [
    [6, 4, 1],
    [[6, 4], [1]],
  ],
  [
    [6, 5],
    [[6], [5]],
  ],
  [
    [2, 99, 2],
    [[2], [99], [2]],
  ],
  [
    [0, 0, 0, 0],
    [[0, 0, 0], [0]],
  ],
])("sends files of the sizes %j as %j", (sizes, batches) => {
  const files = sizes.map((byteSize) => ({ byteSize }));
  expect(batchesOf(files, limits).map((batch) => batch.map(({ byteSize }) => byteSize))).toEqual(batches);
});
