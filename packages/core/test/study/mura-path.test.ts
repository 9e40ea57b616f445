import { isHairlineError } from "@hairline/core/errors";
import {
  formatMuraImage,
  isMuraPath,
  muraImageRecord,
  parseMuraImage,
  parseMuraStudy,
  type MuraImage,
} from "@hairline/core/study";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attempt } from "./attempt.ts";

const muraImage: fc.Arbitrary<MuraImage> = fc.record({
  archive: fc.constantFrom(
    "",
    "MURA-v1.1",
    "data/MURA-v1.1",
    "/data/MURA-v1.1",
    "train",
    "train/valid",
    "röntgen 1",
  ),
  split: fc.constantFrom("train", "valid"),
  bodyPart: fc.constantFrom("XR_WRIST", "XR_ELBOW", "XR_HUMERUS", "XR_X"),
  patient: fc.stringMatching(/^patient\d{1,12}$/),
  study: fc.integer({ min: 0, max: 999_999_999 }),
  label: fc.constantFrom(0 as const, 1 as const),
  image: fc.integer({ min: 0, max: 999_999_999 }),
  extension: fc.constantFrom("png", "PNG", "jpg", "JPEG", "tif", "Tiff"),
});

describe("an image's path", () => {
  test("says split, body part, patient, study and label", () => {
    const image = parseMuraImage("MURA-v1.1/train/XR_WRIST/patient00006/study1_positive/image1.png");
    expect(image).toEqual({
      archive: "MURA-v1.1",
      split: "train",
      bodyPart: "XR_WRIST",
      patient: "patient00006",
      study: 1,
      label: 1,
      image: 1,
      extension: "png",
    });
    expect(muraImageRecord(image)).toMatchObject({
      objectKey: "train/XR_WRIST/patient00006/study1_positive/image1.png",
      studyKey: "train/XR_WRIST/patient00006/study1_positive",
      patientKey: "patient00006",
      label: 1,
    });
  });

  test("is the same after parsing and formatting", () => {
    fc.assert(
      fc.property(muraImage, (image) => {
        const path = formatMuraImage(image);
        expect(isMuraPath(path)).toBe(true);
        expect(parseMuraImage(path)).toEqual(image);
        expect(formatMuraImage(parseMuraImage(path))).toBe(path);
      }),
    );
  });

  test.each([
    ["", "nothing"],
    ["train/XR_WRIST/patient1/study1_positive/", "a study's folder"],
    ["test/XR_WRIST/patient1/study1_positive/image1.png", "a split MURA lacks"],
    ["train/WRIST/patient1/study1_positive/image1.png", "a body part without XR_"],
    ["train/xr_wrist/patient1/study1_positive/image1.png", "a body part in lower case"],
    ["train/XR_WRIST/patient/study1_positive/image1.png", "a patient without digits"],
    ["train/XR_WRIST/patient1/study1_maybe/image1.png", "another label"],
    ["train/XR_WRIST/patient1/study1_Positive/image1.png", "a label in upper case"],
    ["train/XR_WRIST/patient1/study01_positive/image1.png", "a padded study number"],
    ["train/XR_WRIST/patient1/study1_positive/._image1.png", "an AppleDouble half"],
    ["train/XR_WRIST/patient1/study1_positive/image1.png.part", "a partial download"],
    ["train/XR_WRIST/patient1/study1_positive/image1.gif", "a format that is not scored"],
    ["train/XR_WRIST/patient1/study1_positive/extra/image1.png", "a folder too deep"],
    ["Xtrain/XR_WRIST/patient1/study1_positive/image1.png", "a split glued to a name"],
  ])("%j is refused: %s", (path) => {
    expect(() => parseMuraImage(path)).toThrowError(expect.objectContaining({ code: "ROW_INVALID" }));
  });

  test("of any text parses or fails with a code", () => {
    const part = fc.constantFrom(
      "train",
      "XR_HAND",
      "patient1",
      "study1_negative",
      "image1.png",
      "..",
      "",
      "\0",
    );
    const nearlyMura = fc.array(part, { maxLength: 8 }).map((parts) => parts.join("/"));
    fc.assert(
      fc.property(fc.oneof(nearlyMura, fc.string({ unit: "binary" })), (path) => {
        for (const parse of [parseMuraImage, parseMuraStudy]) {
          const { error } = attempt(() => parse(path));
          expect(error === undefined || isHairlineError(error)).toBe(true);
        }
      }),
    );
  });
});

test.each(["valid/XR_HAND/patient11185/study2_negative", "valid/XR_HAND/patient11185/study2_negative/"])(
  "the study folder %s is read with and without a closing slash",
  (path) => {
    expect(parseMuraStudy(path)).toEqual({
      archive: "",
      split: "valid",
      bodyPart: "XR_HAND",
      patient: "patient11185",
      study: 2,
      label: 0,
    });
  },
);
