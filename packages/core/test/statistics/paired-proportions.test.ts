import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  mcnemarTest,
  nonInferiorityPValue,
  pairedDifferenceBounds,
  pairedProportions,
  tangoStatistic,
} from "../../src/statistics/index.ts";

interface ProportionCase {
  readonly units: number;
  readonly gained: number;
  readonly lost: number;
  readonly exact: number;
  readonly midP: number;
  readonly atMargin: number;
  readonly lower: number;
  readonly upper: number;
}

const CASES = (
  JSON.parse(readFileSync(new URL("./fixtures/paired-cases.json", import.meta.url), "utf8")) as {
    proportions: ProportionCase[];
  }
).proportions;

/** Readings of so many units, each of a patient of its own. */
function independent({ units, gained, lost }: { units: number; gained: number; lost: number }) {
  const first = Array.from({ length: units }, (_, at) => (at < gained ? 0 : 1));
  const second = Array.from({ length: units }, (_, at) => (at >= gained && at < gained + lost ? 0 : 1));
  return pairedProportions(
    [first, second],
    first.map((_, at) => at),
  );
}

test.each(CASES)("agrees with the maximised likelihood on +$gained -$lost of $units", (example) => {
  const { units, gained, lost } = example;
  const counts = { ...independent(example), designEffect: 1 };
  expect(counts).toMatchObject({ units, gained, lost, bothRight: units - gained - lost, clusters: units });
  const found = pairedDifferenceBounds(counts, 0.95);
  expect(found.difference).toBeCloseTo((gained - lost) / units, 12);
  // The search of the reference stops at 1e-8 of the flat top of a likelihood.
  expect(found.lower).toBeCloseTo(example.lower, 7);
  expect(found.upper).toBeCloseTo(example.upper, 7);
  expect(nonInferiorityPValue(counts, 0.05)).toBeCloseTo(example.atMargin, 7);
  const { pValue, midPValue } = mcnemarTest(lost, gained);
  expect(pValue).toBeCloseTo(example.exact, 12);
  expect(midPValue).toBeCloseTo(example.midP, 12);
});

test("needs 51 units to show that equal readers differ by less than 0.05", () => {
  // z = sqrt(n 0.05 / 0.95) with no discordant pair; above 1.645 from n = 52 on, 1.638 at 51.
  expect(pairedDifferenceBounds(independent({ units: 51, gained: 0, lost: 0 }), 0.95).lower).toBeLessThan(
    -0.05,
  );
  expect(pairedDifferenceBounds(independent({ units: 52, gained: 0, lost: 0 }), 0.95).lower).toBeGreaterThan(
    -0.05,
  );
});

test("counts units of a patient that go the same way as one", () => {
  // Each of 30 patients three times; 12 gained and 3 lost patients.
  const rows = Array.from({ length: 90 }, (_, at) => Math.floor(at / 3));
  const first = rows.map((patient) => (patient < 12 ? 0 : 1));
  const second = rows.map((patient) => (patient >= 12 && patient < 15 ? 0 : 1));
  const thrice = pairedProportions([first, second], rows);
  const once = independent({ units: 30, gained: 12, lost: 3 });
  expect(thrice.designEffect).toBeCloseTo(3, 12);
  expect(once.designEffect).toBeCloseTo(1, 12);
  expect(pairedDifferenceBounds(thrice, 0.95).lower).toBeCloseTo(
    pairedDifferenceBounds(once, 0.95).lower!,
    12,
  );
  // Durkalski: sum of differences 3 (12 - 3), of squares 9 (12 + 3): z = 27 / sqrt(135) = 2.3238.
  expect(thrice.clusteredPValue).toBeCloseTo(0.020136751550346, 12);
});

test("fears the worst of patients among whom few are discordant", () => {
  // 20 patients of 4, one unit lost: measured 1, but all four may go together: 20 x 16 / 80 = 4.
  const rows = Array.from({ length: 80 }, (_, at) => Math.floor(at / 4));
  const second = rows.map((_, at) => (at === 0 ? 0 : 1));
  const found = pairedProportions([rows.map(() => 1), second], rows);
  expect(found).toMatchObject({ discordantClusters: 1, lost: 1, gained: 0 });
  expect(found.designEffect).toBe(4);
});

test("says nothing of no units, and all of one patient as one", () => {
  const none = pairedProportions([[], []], []);
  expect(none).toMatchObject({ units: 0, designEffect: 1, clusteredPValue: 1 });
  expect(pairedDifferenceBounds(none, 0.95)).toEqual({ difference: null, lower: null, upper: null });
  expect(nonInferiorityPValue(none, 0.05)).toBeNull();
  const onePatient = pairedProportions([Array(50).fill(1), Array(50).fill(1)], Array(50).fill("p"));
  expect(onePatient.designEffect).toBe(50);
  // One effective unit: z = sqrt(0.05 / 0.95) = 0.2294, p = 0.4093.
  expect(nonInferiorityPValue(onePatient, 0.05)).toBeCloseTo(0.409272, 5);
});

test("is 0 where the data are as far apart as can be and so is the hypothesis", () => {
  expect(tangoStatistic({ units: 10, gained: 0, lost: 10 }, -1)).toBe(0);
  expect(tangoStatistic({ units: 10, gained: 10, lost: 0 }, -1)).toBe(Infinity);
});

test.each([
  ["lengths that differ", () => pairedProportions([[1], [1, 0]], [1])],
  ["a reading of 2", () => pairedProportions([[2], [1]], [1])],
  ["a NaN reading", () => pairedProportions([[1], [Number.NaN]], [1])],
])("refuses %s", (_, call) => {
  expect(call).toThrow(expect.objectContaining({ code: "BAD_SHAPE" }));
});
