import { expect, test } from "vitest";
import { triageMetrics } from "../../src/triage/index.ts";

test.each([
  [
    "a mixed table",
    // confident 10 of 12; accuracy (4+3)/10; precision 4/6; recall 4/5; f1 8/11; overall 7/12
    { tp: 4, fp: 2, tn: 3, fn: 1, inconclusive: 2 },
    [10 / 12, 2 / 12, 7 / 10, 4 / 6, 4 / 5, 8 / 11, 7 / 12],
  ],
  ["no image", { tp: 0, fp: 0, tn: 0, fn: 0, inconclusive: 0 }, [null, null, null, null, null, null, null]],
  ["only abstentions", { tp: 0, fp: 0, tn: 0, fn: 0, inconclusive: 3 }, [0, 1, null, null, null, null, 0]],
  ["only true negatives", { tp: 0, fp: 0, tn: 5, fn: 0, inconclusive: 0 }, [1, 0, 1, null, null, null, 1]],
  ["only misses", { tp: 0, fp: 0, tn: 0, fn: 2, inconclusive: 0 }, [1, 0, 0, null, 0, 0, 0]],
  ["only false alarms", { tp: 0, fp: 2, tn: 0, fn: 0, inconclusive: 2 }, [0.5, 0.5, 0, 0, null, 0, 0]],
])("computes %s", (_, counts, expected) => {
  const metrics = triageMetrics(counts);
  const { coverage, inconclusiveRate, accuracy, precision, recall, f1, overallAccuracy } = metrics;
  expect([coverage, inconclusiveRate, accuracy, precision, recall, f1, overallAccuracy]).toEqual(expected);
});
