import fc from "fast-check";
import { expect, test } from "vitest";
import { compareAucs, delongAuc } from "../../src/statistics/index.ts";
import { CASES } from "./cases.ts";

test.each(CASES.areas)("gives the variance and paired test of the formula over all pairs", (example) => {
  const compared = compareAucs([example.first, example.second], example.labels)!;
  const { aucs, cov, z, p } = example.delong;
  expect(compared.first.auc).toBeCloseTo(aucs[0], 12);
  expect(compared.second.auc).toBeCloseTo(aucs[1], 12);
  expect(compared.first.variance).toBeCloseTo(cov[0]![0]!, 12);
  expect(compared.second.variance).toBeCloseTo(cov[1]![1]!, 12);
  expect(compared.standardError).toBeCloseTo(Math.sqrt(cov[0]![0]! + cov[1]![1]! - 2 * cov[0]![1]!), 12);
  expect(compared.z).toBeCloseTo(z, 10);
  expect(compared.pValue).toBeCloseTo(p, 11);
});

test.each(CASES.areas)("gives Obuchowski's variance of clustered rows", (example) => {
  const { clusters, clustered } = example;
  const compared = compareAucs([example.first, example.second], example.labels, { clusters })!;
  const [[one, shared], [, two]] = clustered.cov as [[number, number], [number, number]];
  expect(compared.first.variance).toBeCloseTo(one, 12);
  expect(compared.second.variance).toBeCloseTo(two, 12);
  expect(compared.standardError).toBeCloseTo(Math.sqrt(one + two - 2 * shared), 12);
});

test.each([
  ["no row", [], [], null],
  ["one row", [0.3], [1], null],
  ["one class", [0.1, 0.2], [0, 0], null],
  ["one positive", [0.1, 0.2, 0.3], [0, 0, 1], { auc: 1, variance: null, interval: null }],
  ["all tied", [1, 1, 1, 1], [0, 1, 0, 1], { auc: 0.5, variance: 0, interval: null }],
  ["a perfect order", [1, 2, 3, 4], [0, 0, 1, 1], { auc: 1, variance: 0, interval: null }],
  ["an inverted order", [4, 3, 2, 1], [0, 0, 1, 1], { auc: 0, variance: 0, interval: null }],
])("gives no interval it cannot know for %s", (_, scores, labels, expected) => {
  expect(delongAuc(scores, labels)).toEqual(expected);
});

test("finds no difference between equal orders", () => {
  const scores = [0.1, 0.4, 0.35, 0.8];
  const compared = compareAucs([scores, scores.map((score) => score * 2)], [0, 0, 1, 1])!;
  expect(compared).toMatchObject({ difference: 0, standardError: 0, z: null, pValue: 1, interval: null });
});

const ROWS = fc.array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.constantFrom(0, 1)), { maxLength: 40 });

test("depends on the order of scores alone, not of rows", () => {
  fc.assert(
    fc.property(ROWS, (rows) => {
      const plain = delongAuc(
        rows.map(([score]) => score),
        rows.map(([, label]) => label),
      );
      const moved = rows.toReversed();
      const other = delongAuc(
        moved.map(([score]) => Math.exp(score)),
        moved.map(([, label]) => label),
      );
      expect(other?.auc).toBe(plain?.auc);
      expect(other?.variance ?? -1).toBeCloseTo(plain?.variance ?? -1, 14);
    }),
  );
});

test("widens as much as it should when every row is copied within its patient", () => {
  // Copies add nothing: clustered, the variance is that of the rows once. Unclustered it comes out near half.
  const { first, labels } = CASES.areas[1]!;
  const ids = labels.map((_, row) => row);
  const once = delongAuc(first, labels)!;
  const twice = [...first, ...first];
  const clustered = delongAuc(twice, [...labels, ...labels], { clusters: [...ids, ...ids] })!;
  expect(clustered.auc).toBeCloseTo(once.auc, 14);
  expect(clustered.variance).toBeCloseTo(once.variance!, 14);
  expect(delongAuc(twice, [...labels, ...labels])!.variance).toBeLessThan(0.55 * once.variance!);
});

test.each([
  ["lengths that differ", () => delongAuc([1], [])],
  ["a NaN score", () => delongAuc([Number.NaN, 1], [0, 1])],
  ["a label of 2", () => delongAuc([1, 2], [0, 2])],
  ["a NaN label", () => delongAuc([1, 2], [0, Number.NaN])],
  ["clusters of another length", () => delongAuc([1, 2], [0, 1], { clusters: ["a"] })],
])("refuses %s", (_, call) => {
  expect(call).toThrow(expect.objectContaining({ code: "BAD_SHAPE" }));
});
