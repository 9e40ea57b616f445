import type { ImageFacts } from "./facts.ts";

export interface FactsComparison {
  readonly images: number;
  /** Images with the same outcome and the same numbers, bit for bit. */
  readonly identical: number;
  /** Of the numbers that are not the same. */
  readonly largestDifference: number;
  /** What is wrong, one line each. */
  readonly problems: readonly string[];
}

/** How far the numbers of one image may move with the batch it was in (docs/adr/0006). */
const BATCH_TOLERANCE = 1e-4;

/** Holds what a run under a fault stored against what an undisturbed one did. */
export function compareFacts(
  actual: readonly ImageFacts[],
  undisturbed: readonly ImageFacts[],
): FactsComparison {
  const expected = new Map(undisturbed.map((facts) => [facts.key, facts]));
  const problems: string[] = [];
  let identical = 0;
  let largestDifference = 0;
  for (const facts of actual) {
    const difference = differenceOf(facts, expected.get(facts.key));
    if (difference === 0) identical += 1;
    if (typeof difference === "string") problems.push(`${facts.key}: ${difference}`);
    else largestDifference = Math.max(largestDifference, difference);
    expected.delete(facts.key);
  }
  for (const key of expected.keys()) problems.push(`${key}: not there`);
  return { images: actual.length, identical, largestDifference, problems };
}

/** @returns the largest difference of a number, or what else differs */
function differenceOf(actual: ImageFacts, expected: ImageFacts | undefined): number | string {
  if (expected === undefined) return "not in the undisturbed run";
  if (actual.code !== expected.code)
    return `quarantined with ${actual.code}, undisturbed with ${expected.code}`;
  if (actual.predictions !== expected.predictions) {
    return `${actual.predictions} predictions, undisturbed ${expected.predictions}`;
  }
  if (actual.numbers.length !== expected.numbers.length) return "facts of another shape";
  let largest = 0;
  for (const [index, value] of actual.numbers.entries()) {
    const other = expected.numbers[index] ?? null;
    if (Object.is(value, other)) continue;
    if (value === null || other === null) return "a fact is missing in one of them";
    largest = Math.max(largest, Math.abs(value - other));
  }
  return largest > BATCH_TOLERANCE ? `numbers differ by ${largest}` : largest;
}
