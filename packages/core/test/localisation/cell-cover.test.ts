import fc from "fast-check";
import { expect, test } from "vitest";
import { cellCover } from "../../src/localisation/index.ts";
import type { Box } from "../../src/study/index.ts";

// An image of 80x40 pixels under a 2x2 grid: cells are 40 wide and 20 high.
const IMAGE = { width: 80, height: 40 };
const GRID = { width: 2, height: 2 };

const shares = (...boxes: Box[]): number[] => [...(cellCover(boxes, IMAGE, GRID)?.share ?? [])];

test.each<[string, Box[], number[], number[]]>([
  // [20, 60] x [10, 30] takes a quarter of every cell; each centre, (20, 10) first, lies in or on its edge.
  ["a box over the middle", [[20, 10, 60, 30]], [0.25, 0.25, 0.25, 0.25], [1, 0, 0, 0]],
  // 10 x 20 pixels of the 40 x 20 of the second cell; its centre is at x = 60.
  ["x and y each by its own scale", [[40, 0, 50, 20]], [0, 0.25, 0, 0], [0, 0, 0, 0]],
  ["a whole cell", [[0, 20, 40, 40]], [0, 0, 1, 0], [0, 0, 1, 0]],
  // Two boxes of 20 x 20 that share 10 x 20: 30 x 20 of 40 x 20.
  [
    "overlapping boxes once",
    [
      [0, 0, 20, 20],
      [10, 0, 30, 20],
    ],
    [0.75, 0, 0, 0],
    [1, 0, 0, 0],
  ],
  [
    "a box within another once",
    [
      [0, 0, 40, 20],
      [10, 5, 20, 10],
    ],
    [1, 0, 0, 0],
    [1, 0, 0, 0],
  ],
  ["only what is on the image", [[-40, -20, 20, 20]], [0.5, 0, 0, 0], [0, 0, 0, 0]],
])("covers %s", (_, boxes, share, centre) => {
  const cover = cellCover(boxes, IMAGE, GRID);
  expect([...(cover?.share ?? [])]).toEqual(share);
  expect([...(cover?.centre ?? [])]).toEqual(centre);
});

test("has no cover where no box lies on the image", () => {
  expect(cellCover([], IMAGE, GRID)).toBeNull();
  expect(cellCover([[80, 0, 90, 10]], IMAGE, GRID)).toBeNull();
  expect(cellCover([[-9, -9, 0, 40]], IMAGE, GRID)).toBeNull();
});

test.each([
  [{ width: 0, height: 40 }, GRID],
  [IMAGE, { width: 2.5, height: 2 }],
])("refuses the sizes %j and %j", (image, grid) => {
  expect(() => cellCover([[0, 0, 1, 1]], image, grid)).toThrow(
    expect.objectContaining({ code: "BAD_SHAPE" }),
  );
});

test("covers as much as counting every pixel of the union says", () => {
  const side = fc.integer({ min: 0, max: 12 });
  const box = fc
    .tuple(side, side, side, side)
    .filter(([x0, y0, x1, y1]) => x1 > x0 && y1 > y0)
    .map((edges): Box => edges);
  fc.assert(
    fc.property(fc.array(box, { minLength: 1, maxLength: 5 }), (boxes) => {
      // 12x12 pixels under a 3x4 grid (4 rows of 3 pixels, 3 columns of 4): whole pixels per cell.
      const image = { width: 12, height: 12 };
      const cover = cellCover(boxes, image, { width: 3, height: 4 });
      const counted = new Float64Array(12);
      for (let pixel = 0; pixel < 144; pixel++) {
        const x = pixel % 12;
        const y = Math.floor(pixel / 12);
        if (!boxes.some(([x0, y0, x1, y1]) => x0 <= x && x < x1 && y0 <= y && y < y1)) continue;
        counted[Math.floor(y / 3) * 3 + Math.floor(x / 4)]! += 1 / 12;
      }
      cover?.share.forEach((share, cell) => expect(share).toBeCloseTo(counted[cell]!, 12));
    }),
    { seed: 2 },
  );
  expect(shares([0, 0, 80, 40])).toEqual([1, 1, 1, 1]);
});
