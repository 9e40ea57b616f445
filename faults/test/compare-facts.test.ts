import { describe, expect, it } from "vitest";
import { compareFacts } from "../src/outcome/compare-facts.ts";
import type { ImageFacts } from "../src/outcome/facts.ts";

const scored = (key: string, ...numbers: (number | null)[]): ImageFacts => ({
  key,
  predictions: 1,
  code: null,
  numbers,
});
const quarantined = (key: string, code: string): ImageFacts => ({ key, predictions: 0, code, numbers: [] });

const UNDISTURBED = [scored("a", 0.5, null), scored("b", -1.25, 2), quarantined("c", "IMAGE_EMPTY")];
const [A, B, C] = UNDISTURBED as [ImageFacts, ImageFacts, ImageFacts];

describe("comparing facts", () => {
  it("finds the same facts identical", () => {
    expect(compareFacts([A, B, C], UNDISTURBED)).toEqual({
      images: 3,
      identical: 3,
      largestDifference: 0,
      problems: [],
    });
  });

  it("tells how far the last bits moved", () => {
    // 2 + 2^-20 differs by 9.5e-7, below the tolerance of 1e-4.
    const moved = scored("b", -1.25, 2 + 2 ** -20);
    expect(compareFacts([A, moved, C], UNDISTURBED)).toEqual({
      images: 3,
      identical: 2,
      largestDifference: 2 ** -20,
      problems: [],
    });
  });

  it.each([
    ["a number that moved too far", [A, scored("b", -1.25, 2.001), C], /^b: numbers differ by/],
    ["a number that is missing", [A, scored("b", -1.25, null), C], /^b: a fact is missing/],
    ["a number that should not be there", [scored("a", 0.5, 1), B, C], /^a: a fact is missing/],
    ["an image that is gone", [A, B], /^c: not there/],
    ["facts of another shape", [A, scored("b", -1.25), C], /^b: facts of another shape/],
    ["a second prediction", [A, { ...B, predictions: 2 }, C], /^b: 2 predictions, undisturbed 1/],
    ["an image in quarantine", [A, quarantined("b", "IMAGE_TRUNCATED"), C], /^b: quarantined with IMAGE_T/],
    ["another code", [A, B, quarantined("c", "IMAGE_TRUNCATED")], /^c: quarantined with IMAGE_TRUNCATED/],
    ["an image too many", [A, B, C, scored("d", 1)], /^d: not in the undisturbed run/],
  ])("finds %s", (_title, actual, problem) => {
    const { problems } = compareFacts(actual, UNDISTURBED);
    expect(problems).toEqual([expect.stringMatching(problem)]);
  });
});
