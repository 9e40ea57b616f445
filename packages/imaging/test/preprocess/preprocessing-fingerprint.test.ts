import { describe, expect, it } from "vitest";

import {
  IMAGENET_PREPROCESSING,
  parsePreprocessing,
  preprocessingFingerprint,
  type Preprocessing,
} from "../../src/preprocess/index.ts";

describe("preprocessingFingerprint", () => {
  it("is this value for ImageNet preprocessing until a pixel rule changes", () => {
    expect(preprocessingFingerprint(IMAGENET_PREPROCESSING)).toBe(
      "9a0dbe667646dbc9b72284586511c139f01dc5d51927dc3250a366bdfda03b39",
    );
  });

  it("does not depend on the order of the fields", () => {
    const { inputSize, resample, mean, std } = IMAGENET_PREPROCESSING;
    expect(preprocessingFingerprint({ std, mean, resample, inputSize })).toBe(
      preprocessingFingerprint(IMAGENET_PREPROCESSING),
    );
  });

  it.each<[string, Partial<Preprocessing>]>([
    ["inputSize", { inputSize: 320 }],
    ["mean", { mean: [0.485, 0.456, 0.4060001] }],
    ["std", { std: [0.229, 0.225, 0.224] }],
  ])("changes with %s", (_field, change) => {
    expect(preprocessingFingerprint({ ...IMAGENET_PREPROCESSING, ...change })).not.toBe(
      preprocessingFingerprint(IMAGENET_PREPROCESSING),
    );
  });
});

describe("parsePreprocessing", () => {
  it("takes what JSON made of a preprocessing", () => {
    const stored: unknown = JSON.parse(JSON.stringify(IMAGENET_PREPROCESSING));
    expect(parsePreprocessing(stored)).toEqual(IMAGENET_PREPROCESSING);
  });

  it.each<[string, unknown]>([
    ["no object", null],
    ["a fractional size", { ...IMAGENET_PREPROCESSING, inputSize: 224.5 }],
    ["another filter", { ...IMAGENET_PREPROCESSING, resample: "bicubic" }],
    ["a standard deviation of 0", { ...IMAGENET_PREPROCESSING, std: [0.2, 0, 0.2] }],
    ["two means", { ...IMAGENET_PREPROCESSING, mean: [0.5, 0.5] }],
    ["a field it does not know", { ...IMAGENET_PREPROCESSING, crop: 224 }],
  ])("refuses %s", (_what, value) => {
    expect(() => parsePreprocessing(value)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
  });
});
