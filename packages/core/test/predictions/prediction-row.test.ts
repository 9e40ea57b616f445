import { expect, test } from "vitest";
import type { CamShape } from "../../src/predictions/cam-shape.ts";
import { commonCellCount, parseCamShape, squareShape } from "../../src/predictions/cam-shape.ts";
import { resolvePredictionColumns } from "../../src/predictions/prediction-columns.ts";
import { lacksFacts, parsePredictionRow } from "../../src/predictions/prediction-row.ts";

const SQUARE: CamShape = { height: 2, width: 2 };

function read(header: string, row: string) {
  const columns = resolvePredictionColumns(header.split(","));
  const alphas = columns.positions.cam === undefined ? columns.areas.map(({ alpha }) => alpha) : [0.3, 0.5];
  const camShape = columns.positions.cam === undefined ? undefined : SQUARE;
  return parsePredictionRow(
    { line: 2, fields: row.split(",") },
    { columns, alphas, camShape, roots: ["/archive"] },
  );
}

test("computes entropy and areas from the CAM", () => {
  // Cells 0, 1, 1, 2 lose their minimum 0 and sum to 4: shares 0, 1/4, 1/4, 1/2.
  // Entropy: 2 * (1/4) ln 4 + (1/2) ln 2 = 1.5 ln 2. Above 0.3 * 2 lie three cells, above 0.5 * 2 only the 2.
  const { facts } = read("image,p,cam", "a.png,0.5,0;1;1;2");
  expect(facts).toEqual({
    probability: 0.5,
    entropy: Math.fround(1.5 * Math.LN2),
    entropyNormalized: Math.fround(0.75),
    degenerate: false,
    areas: [0.75, 0.25, null, null, null, null, null, null],
    cam: { shape: SQUARE, grid: [0, 1, 1, 2] },
  });
});

test.each(["0;0;0;0", "3;3;3;3;"])("reads the CAM %s as degenerate", (cam) => {
  const { facts } = read("image,p,cam", `a.png,0.5,${cam}`);
  expect(facts).toMatchObject({ degenerate: true, entropy: null, areas: Array(8).fill(null) });
  expect(lacksFacts(facts)).toBe(false);
});

test("takes entropy and areas as given, an empty cell as missing", () => {
  const header = "image,label,study,patient,body_part,split,p,entropy,area@0.5,area@0.3";
  expect(read(header, "/archive/x/../a.png,1.0,s1,p1,wrist,valid,0.22,1.5,,0.2")).toEqual({
    line: 2,
    objectKey: "a.png",
    description: { label: 1, study: "s1", patient: "p1", bodyPart: "wrist", split: "valid" },
    facts: {
      probability: Math.fround(0.22),
      entropy: 1.5,
      entropyNormalized: null,
      degenerate: false,
      areas: [Math.fround(0.2), null, null, null, null, null, null, null],
      cam: null,
    },
  });
  expect(lacksFacts(read("image,p,cam", "a.png,1,").facts)).toBe(true);
  expect(lacksFacts(read("image,p", "a.png,-0").facts)).toBe(true);
});

test.each([
  ["image,p", "a.png,NaN", "probability"],
  ["image,p", "a.png,", "probability"],
  ["image,p", "a.png,1.00000001", "probability"],
  ["image,p", "a.png,-0.1", "probability"],
  ["image,p", "a.png,0x1", "probability"],
  ["image,p", "a.png,inf", "probability"],
  ["image,p", ",0.5", "image"],
  ["image,p", "a.png,0.5,0.6", "row"],
  ["image,p,label", "a.png,0.5,2", "label"],
  ["image,p,entropy", "a.png,0.5,-1", "entropy"],
  ["image,p,entropy", "a.png,0.5,nan", "entropy"],
  ["image,p,entropy", "a.png,0.5,1e39", "entropy"],
  ["image,p,area@0.5", "a.png,0.5,1.01", "area@0.5"],
  ["image,p,area@0.5", "a.png,0.5,-0.01", "area@0.5"],
  ["image,p,cam", "a.png,0.5,1;2;3", "cam"],
  ["image,p,cam", "a.png,0.5,1;2;3;4;5", "cam"],
  ["image,p,cam", "a.png,0.5,1;2;;4", "cam"],
  ["image,p,cam", "a.png,0.5,1;2;NaN;4", "cam cell 3"],
  ["image,p,cam", "a.png,0.5,1;2;-3;4", "cam cell 3"],
  ["image,p,cam", "a.png,0.5,1;2;3;1e39", "cam cell 4"],
])("refuses a row of %s reading %s", (header, row, field) => {
  expect(() => read(header, row)).toThrow(expect.objectContaining({ code: "ROW_INVALID", field }));
});

test("refuses a path that leads out of the archive", () => {
  expect(() => read("image,p", "../a.png,0.5")).toThrow(
    expect.objectContaining({ code: "PATH_OUTSIDE_ROOT" }),
  );
});

test("reads a CAM's shape, and takes the most frequent square where none is given", () => {
  expect(parseCamShape("7x9")).toEqual({ height: 7, width: 9 });
  for (const text of ["", "7", "0x7", "7x65", "7x-1", "7x7x7"]) {
    expect(() => parseCamShape(text)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
  }
  expect(squareShape(49)).toEqual({ height: 7, width: 7 });
  expect(squareShape(48)).toBeUndefined();
  expect(squareShape(0)).toBeUndefined();
  expect(commonCellCount([4, 49, 49, 4, 49])).toBe(49);
  expect(commonCellCount([])).toBeUndefined();
});
