import { isHairlineError } from "@hairline/core/errors";
import {
  isManifestHeader,
  MANIFEST_FIELDS,
  manifestStudyKey,
  MAX_BOXES,
  MAX_TEXT_BYTES,
  parseBoxes,
  parseManifestRow,
  resolveManifestColumns,
} from "@hairline/core/study";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attempt } from "./attempt.ts";

const COLUMNS = resolveManifestColumns(MANIFEST_FIELDS);

/** The image of a full row with some cells replaced. */
function parse(cells: Partial<Record<(typeof MANIFEST_FIELDS)[number], string>>) {
  return parseManifestRow(
    MANIFEST_FIELDS.map((field) => cells[field] ?? (field === "path" ? "a.png" : "")),
    COLUMNS,
  );
}

describe("a header", () => {
  test("is read without case and surrounding space, and names what it ignores", () => {
    expect(resolveManifestColumns([" Path ", "LABEL", "width", "boxes_xyxy_px"])).toEqual({
      positions: { path: 0, label: 1, boxes: 3 },
      width: 4,
      ignored: ["width"],
    });
  });

  test("is mapped before names and aliases count", () => {
    const columns = resolveManifestColumns(["path", "file", "body_part", "region"], {
      path: "File",
      body_part: "region",
    });
    expect(columns.positions).toEqual({ path: 1, body_part: 3 });
    expect(columns.ignored).toEqual(["path", "body_part"]);
    expect(isManifestHeader(["file"], { path: "file" })).toBe(true);
    expect(isManifestHeader(["file"])).toBe(false);
  });

  test.each([
    [["a.png", "1"], {}, "ROW_INVALID"],
    [[""], {}, "ROW_INVALID"],
    [["path", "label", "Label"], {}, "ROW_INVALID"],
    [["path", "boxes", "boxes_xyxy_px"], {}, "ROW_INVALID"],
    [["path", "label"], { body_part: "region" }, "BAD_ARGUMENT"],
  ])("%j with the mapping %j is refused as %s", (header, mapping, code) => {
    expect(() => resolveManifestColumns(header, mapping)).toThrowError(expect.objectContaining({ code }));
  });
});

describe("a row", () => {
  test("with all fields says everything of an image", () => {
    const row = parse({
      path: "wrist/a.png",
      label: "1",
      study: "s1",
      patient: "p1",
      body_part: "wrist",
      split: "train",
      view: "lateral",
      hardware: "0",
      boxes: "[[1, 2, 3.5, 4]]",
    });
    expect(row).toEqual({
      objectKey: "wrist/a.png",
      studyKey: "p1/s1",
      patientKey: "p1",
      bodyPart: "wrist",
      split: "train",
      label: 1,
      view: "lateral",
      hardware: false,
      boxes: [[1, 2, 3.5, 4]],
    });
  });

  test("with a path alone is a study by itself of which nothing is known", () => {
    expect(parse({})).toEqual({
      objectKey: "a.png",
      studyKey: "a.png",
      patientKey: null,
      bodyPart: null,
      split: null,
      label: null,
      view: null,
      hardware: null,
      boxes: null,
    });
  });

  test("of a manifest with fewer columns leaves the others unknown", () => {
    const columns = resolveManifestColumns(["label", "path"]);
    expect(parseManifestRow(["0", "a.png"], columns)).toMatchObject({
      objectKey: "a.png",
      label: 0,
      split: null,
    });
  });

  test.each([
    ["1", 1],
    ["1.0", 1],
    [" Positive ", 1],
    ["0", 0],
    ["0.0", 0],
    ["NEGATIVE", 0],
    ["", null],
    ["  ", null],
  ])("reads the label %j as %j", (label, expected) => {
    expect(parse({ label }).label).toBe(expected);
  });

  test.each([
    ["1", true],
    ["TRUE", true],
    ["0.0", false],
    ["false", false],
    ["", null],
  ])("reads hardware %j as %j", (hardware, expected) => {
    expect(parse({ hardware }).hardware).toBe(expected);
  });

  test.each([
    [{ path: "" }, "path"],
    [{ label: "2" }, "label"],
    [{ label: "yes" }, "label"],
    [{ label: "NaN" }, "label"],
    [{ label: "-1" }, "label"],
    [{ hardware: "plate" }, "hardware"],
    [{ boxes: "none" }, "boxes"],
    [{ boxes: "[1, 2, 3, 4]" }, "boxes"],
    [{ split: "a\u0000b" }, "split"],
    [{ study: "ß".repeat(MAX_TEXT_BYTES / 2 + 1) }, "study"],
    [{ patient: "p".repeat(MAX_TEXT_BYTES + 1) }, "patient"],
  ])("%j is refused for its %s", (cells, field) => {
    expect(() => parse(cells)).toThrowError(expect.objectContaining({ code: "ROW_INVALID", field }));
  });

  test.each([[["a.png"]], [[...MANIFEST_FIELDS, "more"]], [[]]])("%j is ragged", (fields) => {
    expect(() => parseManifestRow(fields, COLUMNS)).toThrowError(
      expect.objectContaining({ code: "ROW_INVALID" }),
    );
  });

  test("of any text parses or fails with a code", () => {
    const cell = fc.oneof(
      fc.constantFrom("", "0", "1", "a.png", "[[0,0,1,1]]", "[[]]", "null"),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.array(cell, { maxLength: MANIFEST_FIELDS.length + 1 }), (fields) => {
        const { value: row, error } = attempt(() => parseManifestRow(fields, COLUMNS));
        expect(error === undefined || isHairlineError(error)).toBe(true);
        expect(row?.objectKey).not.toBe("");
        expect(row?.studyKey).not.toBe("");
      }),
    );
  });
});

test.each([
  [{ study: "1", patientKey: "p1" }, "p1/1"],
  [{ study: "1", patientKey: null }, "1"],
  [{ study: null, patientKey: "p1" }, "a.png"],
])("the study of %j is %j", (row, key) => {
  expect(manifestStudyKey({ objectKey: "a.png", ...row })).toBe(key);
});

describe("boxes", () => {
  test.each([
    ["", null],
    [" ", null],
    ["[]", []],
    ["[[0,0,1,1]]", [[0, 0, 1, 1]]],
    [
      "[[-1.5, 0, 1e3, 0.5], [1, 2, 3, 4]]",
      [
        [-1.5, 0, 1000, 0.5],
        [1, 2, 3, 4],
      ],
    ],
  ])("%j reads as %j", (cell, boxes) => {
    expect(parseBoxes(cell)).toEqual(boxes);
  });

  test.each([
    "[[0,0,1]]",
    "[[0,0,1,1,1]]",
    "[[0,0,0,1]]",
    "[[0,1,1,1]]",
    "[[2,0,1,1]]",
    '[["0",0,1,1]]',
    "[[0,0,null,1]]",
    "[[0,0,1e999,1]]",
    "[[0,0,NaN,1]]",
    "{}",
    "null",
    "[[0,0,1,1]",
    JSON.stringify(Array.from({ length: MAX_BOXES + 1 }, () => [0, 0, 1, 1])),
  ])("%j are refused", (cell) => {
    expect(() => parseBoxes(cell)).toThrowError(
      expect.objectContaining({ code: "ROW_INVALID", field: "boxes" }),
    );
  });
});
