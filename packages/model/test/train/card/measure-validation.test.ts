import { describe, expect, test } from "vitest";
import { measureValidation, weightedLoss } from "@hairline/model/train";

describe("measures of the validation images", () => {
  test("are worked by hand on four images", () => {
    // Positives at 2 and -1, negatives at 0.5 and -2: of the four pairs (2, 0.5), (2, -2), (-1, -2) are right.
    const measures = measureValidation({
      logits: [2, -1, 0.5, -2],
      labels: [1, 1, 0, 0],
      patients: ["a", "b", "c", "d"],
    });
    expect(measures).toMatchObject({ images: 4, positives: 2, patients: 4 });
    expect(measures.auroc?.value).toBe(0.75);
    expect(measures.sensitivity?.value).toBe(0.5);
    expect(measures.specificity?.value).toBe(0.5);
    // p = 0.880797, 0.268941, 0.622459, 0.119203: squares 0.014209, 0.534447, 0.387455, 0.014209.
    expect(measures.brier).toBeCloseTo(0.23758, 5);
  });

  test.each([
    { what: "no image", logits: [], labels: [], auroc: null, sensitivity: null, specificity: null },
    {
      what: "negatives alone",
      logits: [-1, 1],
      labels: [0, 0],
      auroc: null,
      sensitivity: null,
      specificity: 0.5,
    },
    {
      what: "positives alone",
      logits: [1, 2],
      labels: [1, 1],
      auroc: null,
      sensitivity: 1,
      specificity: null,
    },
  ])("leave undefined what $what leave undefined", ({ logits, labels, auroc, sensitivity, specificity }) => {
    const measures = measureValidation({ logits, labels, patients: logits.map(String) });
    expect(measures.auroc).toBe(auroc);
    expect(measures.sensitivity?.value ?? null).toBe(sensitivity);
    expect(measures.specificity?.value ?? null).toBe(specificity);
  });

  test("the loss counts positives as often as told, and no image has none", () => {
    // ln 2 each; the positive three times: (3 + 1) / 2 · ln 2.
    expect(weightedLoss({ logits: [0, 0], labels: [1, 0] }, 3)).toBeCloseTo(2 * Math.LN2, 12);
    expect(weightedLoss({ logits: [800, -800], labels: [0, 1] }, 1)).toBe(800);
    expect(weightedLoss({ logits: [], labels: [] }, 1)).toBeNull();
  });
});
