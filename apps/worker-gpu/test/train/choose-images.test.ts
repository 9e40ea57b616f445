import type { LabelledImage } from "@hairline/core/training";
import { TrainingSelection } from "@hairline/core/training";
import { describe, expect, test } from "vitest";
import { chooseImages } from "../../src/train/choose-images.ts";

function image(imageId: number, given: Partial<LabelledImage> = {}): LabelledImage {
  return {
    imageId,
    objectKey: `image-${imageId}`,
    byteSize: 1,
    modifiedAt: null,
    label: imageId % 2 === 0 ? 1 : 0,
    split: "train",
    bodyPart: "HAND",
    patient: `patient ${imageId}`,
    ...given,
  };
}

const IMAGES = [
  image(1),
  image(2),
  image(3, { split: "valid" }),
  image(4, { split: "valid" }),
  image(5, { split: null }),
];

const idsOf = (images: readonly LabelledImage[]) => images.map(({ imageId }) => imageId);

describe("choosing the images of a training", () => {
  test.each([
    { selection: {}, trained: [1, 2, 3, 4, 5], held: [] },
    { selection: { trainingSplits: ["train"] }, trained: [1, 2], held: [] },
    { selection: { validationSplits: ["valid"] }, trained: [1, 2, 5], held: [3, 4] },
    { selection: { trainingSplits: ["train"], validationSplits: ["valid"] }, trained: [1, 2], held: [3, 4] },
  ])("takes $trained and holds out $held for $selection", ({ selection, trained, held }) => {
    const chosen = chooseImages(IMAGES, TrainingSelection.parse(selection));
    expect([idsOf(chosen.trained), idsOf(chosen.held)]).toEqual([trained, held]);
  });

  test.each([
    {
      why: "a patient on both sides",
      images: [...IMAGES, image(6, { split: "valid", patient: "patient 1" })],
      code: "SPLITS_OVERLAP",
    },
    {
      why: "one class to train on",
      images: IMAGES.filter(({ imageId }) => imageId !== 2),
      code: "LABELS_ONE_SIDED",
    },
    { why: "nothing to train on", images: IMAGES.slice(2), code: "TOO_FEW_IMAGES" },
    { why: "nothing to validate on", images: IMAGES.slice(0, 2), code: "TOO_FEW_IMAGES" },
  ])("refuses $why", ({ images, code }) => {
    const selection = TrainingSelection.parse({ trainingSplits: ["train"], validationSplits: ["valid"] });
    expect(() => chooseImages(images, selection)).toThrow(expect.objectContaining({ code }));
  });

  test("refuses a split on both sides", () => {
    const selection = TrainingSelection.parse({ trainingSplits: ["train"], validationSplits: ["train"] });
    expect(() => chooseImages(IMAGES, selection)).toThrow(
      expect.objectContaining({ code: "SPLITS_OVERLAP" }),
    );
  });
});
