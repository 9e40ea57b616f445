import { isMuraRow, parseMuraRow } from "@hairline/core/study";
import { expect, test } from "vitest";

const STUDY = "MURA-v1.1/valid/XR_WRIST/patient11185/study1_positive/";
const IMAGE = `${STUDY}image1.png`;

test.each([
  [[IMAGE], "image"],
  [[IMAGE, "1"], "image"],
  [[IMAGE, ""], "image"],
  [[STUDY, "1"], "study"],
  [[STUDY], "study"],
  [[STUDY.slice(0, -1), "1"], "study"],
  [[`./${IMAGE}`], "image"],
  [[IMAGE.replaceAll("/", "\\")], "image"],
  [[` ${STUDY} `, " 1 "], "study"],
])("%j is a row of an %s", (fields, kind) => {
  expect(isMuraRow(fields)).toBe(true);
  expect(parseMuraRow(fields).kind).toBe(kind);
});

test.each([
  [[STUDY, "0"], "ROW_LABEL_CONFLICT"],
  [[IMAGE, "0"], "ROW_LABEL_CONFLICT"],
  [[STUDY.replace("positive", "negative"), "1"], "ROW_LABEL_CONFLICT"],
  [[STUDY, "2"], "ROW_INVALID"],
  [[STUDY, "1", "1"], "ROW_INVALID"],
  [[], "ROW_INVALID"],
  [[""], "ROW_INVALID"],
  [["path", "label"], "ROW_INVALID"],
])("%j is refused as %s", (fields, code) => {
  expect(() => parseMuraRow(fields)).toThrowError(expect.objectContaining({ code }));
});

test.each([[["path", "label"]], [[]], [["a.png"]], [[STUDY, "1", "x"]]])(
  "%j does not begin a MURA CSV",
  (fields) => {
    expect(isMuraRow(fields)).toBe(false);
  },
);
