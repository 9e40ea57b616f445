import { expect, test } from "vitest";
import { resolvePredictionColumns } from "../../src/predictions/prediction-columns.ts";

test("finds columns by name or alias, areas by rising alpha, and names what it ignores", () => {
  expect(
    resolvePredictionColumns([" Image", "P", "area@0.5", "entropy", "note", "AREA@.3", "body_part"]),
  ).toEqual({
    positions: { image: 0, probability: 1, entropy: 3, body_part: 6 },
    areas: [
      { alpha: 0.3, position: 5 },
      { alpha: 0.5, position: 2 },
    ],
    width: 7,
    ignored: ["note"],
  });
  expect(resolvePredictionColumns(["path", "prob", "cam"]).positions).toEqual({
    image: 0,
    probability: 1,
    cam: 2,
  });
});

test.each([
  [["probability"], "image"],
  [["image", "score"], "probability"],
  [["image", "p", "prob"], "probability"],
  [["image", "path", "p"], "image"],
  [["image", "p", "cam", "entropy"], "cam"],
  [["image", "p", "cam", "area@0.5"], "cam"],
  [["image", "p", "area@"], "area@"],
  [["image", "p", "area@1"], "area@1"],
  [["image", "p", "area@-0.1"], "area@-0.1"],
  [["image", "p", "area@half"], "area@half"],
  [["image", "p", "area@0.5", "area@0.50"], "area@"],
  [["image", "p", ...Array.from({ length: 9 }, (_, index) => `area@0.${index}`)], "area@"],
])("refuses the header %j", (header, field) => {
  expect(() => resolvePredictionColumns(header)).toThrow(
    expect.objectContaining({ code: "ROW_INVALID", line: 1, field }),
  );
});
