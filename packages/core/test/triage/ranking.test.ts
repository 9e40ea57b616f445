import { expect, test } from "vitest";
import { paretoFront, topConfigs, type SweepCounts, type TriageCounts } from "../../src/triage/index.ts";

function sweepOf(configs: readonly TriageCounts[]): SweepCounts {
  const column = (name: keyof TriageCounts) => Uint32Array.from(configs, (config) => config[name]);
  return {
    tp: column("tp"),
    fp: column("fp"),
    tn: column("tn"),
    fn: column("fn"),
    inconclusive: column("inconclusive"),
  };
}

// Ten images each. accuracy: 3/4, 6/8, 4/4, 7/10, undefined, 4/4, 5/8; coverage: .4, .8, .4, 1, 0, .4, .8
const CONFIGS = sweepOf([
  { tp: 1, fp: 1, tn: 2, fn: 0, inconclusive: 6 },
  { tp: 3, fp: 1, tn: 3, fn: 1, inconclusive: 2 },
  { tp: 2, fp: 0, tn: 2, fn: 0, inconclusive: 6 },
  { tp: 4, fp: 2, tn: 3, fn: 1, inconclusive: 0 },
  { tp: 0, fp: 0, tn: 0, fn: 0, inconclusive: 10 },
  { tp: 0, fp: 0, tn: 4, fn: 0, inconclusive: 6 },
  { tp: 5, fp: 3, tn: 0, fn: 0, inconclusive: 2 },
]);

test("ranks by the metric, then coverage, then order, and leaves undefined ones out", () => {
  expect(topConfigs(CONFIGS, { by: "accuracy", limit: 10 })).toEqual([2, 5, 1, 0, 3, 6]);
  expect(topConfigs(CONFIGS, { by: "accuracy", limit: 3 })).toEqual([2, 5, 1]);
  expect(topConfigs(CONFIGS, { by: "accuracy", limit: 3, skip: (index) => index === 5 })).toEqual([2, 1, 0]);
  expect(topConfigs(CONFIGS, { by: "overallAccuracy", limit: 2 })).toEqual([3, 1]);
  expect(topConfigs(CONFIGS, { by: "coverage", limit: 1 })).toEqual([3]);
});

test("keeps the configs no other beats in both coverage and accuracy", () => {
  expect(paretoFront(CONFIGS)).toEqual([3, 1, 2]);
  expect(paretoFront(sweepOf([]))).toEqual([]);
  expect(paretoFront(sweepOf([{ tp: 0, fp: 0, tn: 0, fn: 0, inconclusive: 1 }]))).toEqual([]);
});
