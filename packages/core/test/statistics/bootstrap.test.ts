import { expect, test } from "vitest";
import {
  type BootstrapInterval,
  clusterBootstrap,
  createRandom,
  rowBootstrap,
  sumByCluster,
  wilsonInterval,
} from "../../src/statistics/index.ts";
import { bootstrapInterval } from "../../src/statistics/bootstrap-interval.ts";
import { CASES } from "./cases.ts";

const mean = (totals: Float64Array): number | null => (totals[1] === 0 ? null : totals[0]! / totals[1]!);
const ones = (count: number): Uint8Array => new Uint8Array(count).fill(1);
const ids = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

test("gives scipy's BCa interval and the standard error of a mean", () => {
  const { values, standardError, bca } = CASES.bootstrap;
  const sums = sumByCluster(ids(values.length), [values, ones(values.length)]);
  const [found] = clusterBootstrap(sums, [mean], { replicates: 50_000, seed: 4 });
  // Monte Carlo error of the limits of 50,000 replicates against 200,000: well under 5 % of a standard error.
  expect(Math.abs(found!.lower! - bca[0])).toBeLessThan(0.05 * standardError);
  expect(Math.abs(found!.upper! - bca[1])).toBeLessThan(0.05 * standardError);
  expect(Math.abs(found!.standardError! / standardError - 1)).toBeLessThan(0.02);
});

test("gives by rows what it gives by sums", () => {
  const { values } = CASES.bootstrap;
  const weighted = (weights: Uint32Array): number => {
    const total = values.reduce((sum, value, row) => sum + value * weights[row]!, 0);
    return total / weights.reduce((sum, weight) => sum + weight, 0);
  };
  const options = { replicates: 20_000, seed: 8 };
  const [byRows] = rowBootstrap(ids(30), [weighted], options);
  const [bySums] = clusterBootstrap(sumByCluster(ids(30), [values, ones(30)]), [mean], options);
  expect(byRows!.estimate).toBeCloseTo(bySums!.estimate!, 12);
  expect(byRows!.lower).toBeCloseTo(bySums!.lower!, 1);
  expect(byRows!.upper).toBeCloseTo(bySums!.upper!, 1);
});

test("is Wilson's interval, nearly, when every image is its own patient", () => {
  const right = Array.from({ length: 4000 }, (_, at) => (at % 10 === 0 ? 0 : 1));
  const [found] = clusterBootstrap(sumByCluster(ids(4000), [right, ones(4000)]), [mean]);
  const wilson = wilsonInterval(3600, 4000)!;
  expect(found!.lower).toBeCloseTo(wilson.lower, 2);
  expect(found!.upper).toBeCloseTo(wilson.upper, 2);
});

test("widens by the root of the cluster size when patients are all or nothing", () => {
  // 1,000 patients of 4 equal images: the variance of a proportion is 4 times that of 4,000 independent images.
  const patients = Array.from({ length: 4000 }, (_, at) => at % 1000);
  const right = patients.map((patient) => (patient < 800 ? 1 : 0));
  const [found] = clusterBootstrap(sumByCluster(patients, [right, ones(4000)]), [mean], { replicates: 4000 });
  expect(found!.standardError! / Math.sqrt((0.8 * 0.2) / 4000)).toBeCloseTo(2, 1);
});

test("repeats itself from the same seed and differs from another", () => {
  const sums = sumByCluster(ids(50), [ids(50), ones(50)]);
  const limits = (seed: number): BootstrapInterval[] => clusterBootstrap(sums, [mean], { seed });
  expect(limits(5)).toEqual(limits(5));
  expect(limits(6)).not.toEqual(limits(5));
});

test("covers a clustered proportion about as often as it says", () => {
  // 60 patients of 1 to 6 images; each patient's images share a rate of 0.5 or 0.9, so 0.7 overall.
  const random = createRandom(77);
  let held = 0;
  const trials = 400;
  for (let trial = 0; trial < trials; trial++) {
    const patients: number[] = [];
    const right: number[] = [];
    for (let patient = 0; patient < 60; patient++) {
      const rate = random.uniform() < 0.5 ? 0.5 : 0.9;
      for (let image = random.below(6); image >= 0; image--) {
        patients.push(patient);
        right.push(random.uniform() < rate ? 1 : 0);
      }
    }
    const sums = sumByCluster(patients, [right, ones(right.length)]);
    const [found] = clusterBootstrap(sums, [mean], { seed: trial, replicates: 400 });
    if (found!.lower! <= 0.7 && 0.7 <= found!.upper!) held += 1;
  }
  // 0.95 less three standard errors of a share of 400 trials (0.033), and the bootstrap's own small-sample loss.
  expect(held / trials).toBeGreaterThan(0.9);
  expect(held / trials).toBeLessThan(0.99);
});

const NO_LIMITS = { lower: null, upper: null };

test.each([
  ["no row", [], [], { estimate: null, ...NO_LIMITS, undefinedReplicates: 2000 }],
  ["one cluster", [7, 7], [1, 0], { estimate: 0.5, ...NO_LIMITS, standardError: 0 }],
  ["values that never vary", [1, 2, 3], [1, 1, 1], { estimate: 1, ...NO_LIMITS, standardError: 0 }],
])("gives no limits for %s", (_, clusters, values, expected) => {
  const sums = sumByCluster(clusters, [values, ones(values.length)]);
  expect(clusterBootstrap(sums, [mean])[0]).toMatchObject(expected);
});

test("gives no limits where many resamples leave the statistic undefined", () => {
  // One patient of five has positives: (4/5)^5 = 33 % of the resamples have none.
  const sums = sumByCluster(
    ["a", "b", "c", "d", "e"],
    [
      [1, 0, 0, 0, 0],
      [2, 0, 0, 0, 0],
    ],
  );
  const [found] = clusterBootstrap(sums, [mean]);
  expect(found).toMatchObject({ estimate: 0.5, lower: null, upper: null });
  expect(found!.undefinedReplicates / 2000).toBeCloseTo(0.8 ** 5, 1);
});

test("corrects no bias where replicates lie evenly about an estimate that many equal", () => {
  // 25 below, 50 equal, 25 above: the estimate is their median, so bca without skew is percentile.
  const replicates = Float64Array.from({ length: 100 }, (_, at) => (at < 25 ? at : at < 75 ? 50 : at));
  const options = { seed: 1, replicates: 100, confidence: 0.9, skew: () => 0 };
  const bca = bootstrapInterval(50, replicates, { ...options, method: "bca" });
  const percentile = bootstrapInterval(50, replicates, { ...options, method: "percentile" });
  expect(bca.lower).toBeCloseTo(percentile.lower!, 9);
  expect(bca.upper).toBeCloseTo(percentile.upper!, 9);
  // numpy's quantiles of 5 % and 95 %: places 4.95 and 94.05.
  expect(percentile).toMatchObject({ lower: expect.closeTo(4.95, 12), upper: expect.closeTo(94.05, 12) });
});

test("merges clusters with equal sums", () => {
  const sums = sumByCluster(
    ["p", "q", "p", "r"],
    [
      [1, 1, 0, 0],
      [1, 2, 1, 5],
    ],
  );
  // p: (1, 2); q: (1, 2); r: (0, 5).
  expect(sums).toEqual({
    width: 2,
    clusterCount: 3,
    types: Float64Array.of(1, 2, 0, 5),
    multiplicity: Float64Array.of(2, 1),
  });
});

test.each([
  ["columns of another length", () => sumByCluster([1], [[1, 2]]), "BAD_SHAPE"],
  ["a NaN value", () => sumByCluster([1], [[Number.NaN]]), "BAD_SHAPE"],
  ["no replicate", () => rowBootstrap([1], [() => 1], { replicates: 0 }), "BAD_ARGUMENT"],
  ["half a seed", () => rowBootstrap([1], [() => 1], { seed: 0.5 }), "BAD_ARGUMENT"],
  ["a confidence of 0", () => rowBootstrap([1], [() => 1], { confidence: 0 }), "BAD_ARGUMENT"],
])("refuses %s", (_, call, code) => {
  expect(call).toThrow(expect.objectContaining({ code }));
});
