import { expect, test } from "vitest";
import { cellCover, chanceQuality, mapQuality, type CellCover } from "../../src/localisation/index.ts";

// One box over all of cell 0 and half of cell 1, of a 2x2 grid; the centre of cell 1 is at x = 1.5 cells, on its edge.
const COVER = cellCover([[0, 0, 30, 20]], { width: 40, height: 40 }, { width: 2, height: 2 }) as CellCover;

test("reads the cover the other cases build on", () => {
  expect([...COVER.share]).toEqual([1, 0.5, 0, 0]);
  expect([...COVER.centre]).toEqual([1, 0, 0, 0]);
});

test.each([
  // Heat 4 of 8 in cell 0, 2 in cell 1, which half counts: 5/8. Above 0.5 x 4 only cell 0: 1 / (1 + 1.5 - 1).
  ["a map on the lesion", [4, 2, 1, 1], { pointing: 1, touching: 1, energy: 5 / 8, iou: [1 / 1.5] }],
  // The hottest cell, 1, touches the box but its centre is not in it. Active: 1 and 0 (3 > 2): 1.5 / (2 + 1.5 - 1.5).
  ["a map beside it", [3, 4, 1, 0], { pointing: 0, touching: 1, energy: 5 / 8, iou: [0.75] }],
  // Cells 2 and 3 are off: no overlap.
  ["a map elsewhere", [0, 0, 0, 4], { pointing: 0, touching: 0, energy: 0, iou: [0] }],
  // Two equally hot cells, one of which hits: half a hit. 4 of 8 + 0: energy 4/8; active 0 and 3: 1 / (2 + 1.5 - 1).
  ["a tie", [4, 0, 0, 4], { pointing: 0.5, touching: 0.5, energy: 0.5, iou: [0.4] }],
])("measures %s", (_, cam, expected) => {
  expect(mapQuality(Float32Array.from(cam), COVER, [0.5])).toEqual(expected);
});

test("takes cells strictly above alpha times the largest, as the area ratio does", () => {
  // Above 0.5 x 4 = 2: 2 itself is not.
  expect(mapQuality(Float32Array.from([4, 2, 0, 0]), COVER, [0.5, 0.4])?.iou).toEqual([1 / 1.5, 1.5 / 2]);
});

test("expects of chance what random cells and even heat reach", () => {
  expect(chanceQuality(COVER)).toEqual({ pointing: 0.25, touching: 0.5, energy: 1.5 / 4 });
});

test("has no measure of a map that points nowhere", () => {
  expect(mapQuality(new Float32Array(4), COVER, [0.5])).toBeNull();
  expect(mapQuality(new Float32Array(4).fill(2), COVER, [0.5])).toBeNull();
});

test("refuses a map of other cells than the boxes were laid over", () => {
  expect(() => mapQuality(new Float32Array(9), COVER, [0.5])).toThrow(
    expect.objectContaining({ code: "BAD_SHAPE" }),
  );
});
