import fc from "fast-check";
import { expect, test } from "vitest";
import {
  augrcOf,
  type RiskCoverageAreas,
  riskCoverageAreas,
  riskCoverageAreasOf,
  rocAuc,
} from "../../src/selective/index.ts";
import { CASES } from "./cases.ts";

test.each(CASES.selective)("gives the areas by their definitions in O(n^2)", (example) => {
  const areas = riskCoverageAreas(example.confidence, example.loss)!;
  expect(Math.abs(areas.aurc - example.aurc)).toBeLessThan(1e-12);
  expect(Math.abs(areas.excessAurc - (example.aurc - example.best))).toBeLessThan(1e-12);
  expect(Math.abs(areas.augrc - example.augrc)).toBeLessThan(1e-12);
});

test.each([
  ["no image", [], [], null],
  ["one failure", [0.4], [1], { aurc: 1, excessAurc: 0, augrc: 0.5 }],
  ["no failure", [0.4, 0.2], [0, 0], { aurc: 0, excessAurc: 0, augrc: 0 }],
  ["only failures", [0.4, 0.2], [1, 1], { aurc: 1, excessAurc: 0, augrc: 0.5 }],
  // Risks 0, 1/2: AURC 1/4, the best there is. Generalized (0,0) (.5,0) (1,.5): a triangle of .125.
  ["a perfect order", [0.9, 0.1], [0, 1], { aurc: 0.25, excessAurc: 0, augrc: 0.125 }],
  // Risks 1, 1/2: .75. Generalized (0,0) (.5,.5) (1,.5): .125 + .25.
  ["an inverted order", [0.1, 0.9], [0, 1], { aurc: 0.75, excessAurc: 0.5, augrc: 0.375 }],
  // Expected risk 1/2 at both coverages; generalized is the line to (1, .5).
  ["all tied", [0.5, 0.5], [0, 1], { aurc: 0.5, excessAurc: 0.25, augrc: 0.25 }],
])("gives the areas of %s", (_, confidence, loss, expected) => {
  expect(riskCoverageAreas(confidence, loss)).toEqual(expected);
});

interface Rows {
  readonly confidence: number[];
  readonly loss: number[];
}

const ROWS = fc
  .array(fc.tuple(fc.integer({ min: -6, max: 6 }), fc.constantFrom(0, 0, 1)), { minLength: 1, maxLength: 40 })
  .map((rows): Rows => ({ confidence: rows.map(([score]) => score), loss: rows.map(([, loss]) => loss) }));

function expectSame(found: RiskCoverageAreas | null, expected: RiskCoverageAreas | null): void {
  expect(found?.aurc).toBeCloseTo(expected?.aurc ?? -1, 12);
  expect(found?.excessAurc).toBeCloseTo(expected?.excessAurc ?? -1, 12);
  expect(found?.augrc).toBeCloseTo(expected?.augrc ?? -1, 12);
}

test("depends neither on the scale of confidence nor on row order", () => {
  fc.assert(
    fc.property(ROWS, ({ confidence, loss }) => {
      const areas = riskCoverageAreas(confidence, loss);
      expectSame(riskCoverageAreas(confidence.map(Math.exp), loss), areas);
      expectSame(riskCoverageAreas(confidence.toReversed(), loss.toReversed()), areas);
      expect(areas!.excessAurc).toBeGreaterThanOrEqual(-1e-12);
    }),
  );
});

test("leaves AUGRC alone, and AURC within 1/n, when every row is copied", () => {
  fc.assert(
    fc.property(ROWS, ({ confidence, loss }) => {
      const once = riskCoverageAreas(confidence, loss)!;
      const twice = riskCoverageAreas([...confidence, ...confidence], [...loss, ...loss])!;
      expect(twice.augrc).toBeCloseTo(once.augrc, 12);
      expect(Math.abs(twice.aurc - once.aurc)).toBeLessThanOrEqual(1 / loss.length);
    }),
  );
});

test("makes AUGRC the failure AUROC, rescaled as Traub et al. write it", () => {
  fc.assert(
    fc.property(ROWS, ({ confidence, loss }) => {
      const auc = rocAuc(
        confidence,
        loss.map((each) => 1 - each),
      );
      fc.pre(auc !== null);
      const risk = loss.reduce((sum, each) => sum + each, 0) / loss.length;
      const expected = (1 - auc) * risk * (1 - risk) + risk ** 2 / 2;
      expect(riskCoverageAreas(confidence, loss)!.augrc).toBeCloseTo(expected, 12);
    }),
  );
});

test("treats a weight as that many copies of the row", () => {
  const weighted = ROWS.chain((rows) =>
    fc.tuple(
      fc.constant(rows),
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: rows.loss.length, maxLength: rows.loss.length }),
    ),
  );
  fc.assert(
    fc.property(weighted, ([{ confidence, loss }, weights]) => {
      const copies = weights.flatMap((weight, row) => Array.from({ length: weight }, () => row));
      const expected = riskCoverageAreas(
        copies.map((row) => confidence[row]!),
        copies.map((row) => loss[row]!),
      );
      const found = riskCoverageAreasOf(confidence, loss)(weights);
      expect(found === null).toBe(expected === null);
      expect(augrcOf(confidence, loss)(weights) ?? -1).toBeCloseTo(expected?.augrc ?? -1, 12);
      fc.pre(found !== null);
      expectSame(found, expected);
    }),
  );
});

test.each([
  ["lengths that differ", [1], []],
  ["a NaN confidence", [Number.NaN], [0]],
  ["a negative loss", [1], [-1]],
])("refuses %s", (_, confidence, loss) => {
  expect(() => riskCoverageAreas(confidence, loss)).toThrow(expect.objectContaining({ code: "BAD_SHAPE" }));
});
