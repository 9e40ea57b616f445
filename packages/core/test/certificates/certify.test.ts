import { describe, expect, test } from "vitest";
import { candidateConfigs, certifyPolicies, labelsNeeded, type Claim } from "../../src/certificates/index.ts";

const NPV: Claim = { metric: "npv", target: 0.9 };
const PPV: Claim = { metric: "ppv", target: 0.5 };

/** Outcomes with so many called negative, of which some wrongly, and the same for positive. */
function outcomes(negative: number, missed: number, positive = 20, alarms = 0) {
  const tp = positive - alarms;
  return { tp, fp: alarms, tn: negative - missed, fn: missed, inconclusive: 0, positives: tp + missed };
}

describe("certifyPolicies", () => {
  test("certifies when every claim's exact binomial tail is within delta", () => {
    const [policy] = certifyPolicies([outcomes(30, 0)], {
      claims: [NPV, PPV],
      delta: 0.05,
      procedure: "fixed-sequence",
    });
    // No error in 30 at a limit of 0.1: 0.9^30 = 0.0424; none in 20 at 0.5: 0.5^20. The bound solves b^30 = 0.05.
    expect(policy?.claims[0]?.pValue).toBeCloseTo(0.9 ** 30, 13);
    expect(policy?.claims[1]?.pValue).toBeCloseTo(0.5 ** 20, 13);
    expect(policy?.claims[0]?.bound).toBeCloseTo(0.05 ** (1 / 30), 12);
    expect(policy?.pValue).toBe(policy?.claims[0]?.pValue);
    expect(policy?.certified).toBe(true);
  });

  test("refuses a policy of which one claim of two fails, or has no trial", () => {
    const test_ = { claims: [NPV, PPV], delta: 0.05, procedure: "holm" } as const;
    const [oneFails, noPositive, nothing] = certifyPolicies(
      [outcomes(30, 0, 20, 10), outcomes(100, 0, 0), outcomes(0, 0, 0)],
      test_,
    );
    expect(oneFails?.certified).toBe(false);
    expect(noPositive).toMatchObject({ certified: false, pValue: 1 });
    expect(nothing?.claims).toMatchObject([
      { trials: 0, pValue: 1, bound: 0 },
      { trials: 0, pValue: 1, bound: 0 },
    ]);
  });

  test("stops a fixed sequence at the first failure, and lets Holm look past it at a smaller level", () => {
    // p-values 0.9^30 = 0.042, 0.9^20 = 0.12, 0.9^60 = 0.0018.
    const sequence = [outcomes(30, 0), outcomes(20, 0), outcomes(60, 0)];
    const certified = (procedure: "holm" | "fixed-sequence"): boolean[] =>
      certifyPolicies(sequence, { claims: [NPV], delta: 0.05, procedure }).map((policy) => policy.certified);
    expect(certified("fixed-sequence")).toEqual([true, false, false]);
    // Holm: 0.0018 <= 0.05/3; then 0.042 > 0.05/2.
    expect(certified("holm")).toEqual([false, false, true]);
    expect(certifyPolicies([], { claims: [NPV], delta: 0.05, procedure: "holm" })).toEqual([]);
  });
});

describe("labelsNeeded", () => {
  const level = 0.05;
  function needed(of: ReturnType<typeof outcomes>, claims: readonly Claim[] = [NPV]) {
    const [policy] = certifyPolicies([of], { claims, delta: level, procedure: "fixed-sequence" });
    return labelsNeeded(policy?.claims ?? [], { level, labelled: 40 });
  }

  test("plans for the observed rate, in trials and in labelled images at the present mix", () => {
    // All of 20 right: 0.9^n <= 0.05 from n = 29 on, so 9 more called negative; 20 of 40 are, so 18 more labels.
    expect(needed(outcomes(20, 0))).toEqual([
      { metric: "npv", of: "called negative", more: 9, moreLabelled: 18 },
    ]);
  });

  test("says that no number would do when the observed rate is not above the target", () => {
    expect(needed(outcomes(20, 2))).toEqual([
      { metric: "npv", of: "called negative", more: null, moreLabelled: null },
    ]);
  });

  test("gives the fewest that could do when there was no trial", () => {
    expect(needed(outcomes(0, 0))).toEqual([
      { metric: "npv", of: "called negative", more: 29, moreLabelled: null },
    ]);
  });

  test("names only the claims that were not met", () => {
    expect(needed(outcomes(30, 0, 3), [NPV, PPV]).map(({ metric }) => metric)).toEqual(["ppv"]);
  });
});

describe("candidateConfigs", () => {
  // Four configs on 100 labelled images, 20 of them fractures; coverage 0.5, 0.6, 0.7, 0.7.
  const counts = {
    tp: Uint32Array.of(10, 10, 10, 10),
    fp: Uint32Array.of(0, 0, 0, 10),
    tn: Uint32Array.of(40, 49, 58, 50),
    fn: Uint32Array.of(0, 1, 2, 0),
    inconclusive: Uint32Array.of(50, 40, 30, 30),
  };
  const search = { claims: [NPV], objective: "coverage", limit: 9, positives: 20 } as const;

  test("orders configs from safest to most covering, without those that another beats in both", () => {
    // NPV 40/40, 49/50, 58/60, 50/50: the last is the safest and covers as much as any, so it beats them all.
    expect(candidateConfigs(counts, search).map(({ index }) => index)).toEqual([3]);
    const candidates = candidateConfigs(counts, { ...search, skip: (index) => index === 3 });
    expect(candidates.map(({ index, objective }) => [index, objective])).toEqual([
      [0, 0.5],
      [1, 0.6],
      [2, 0.7],
    ]);
    expect(candidates[0]?.safety).toBeCloseTo(40 * Math.log(1 / 0.9), 12);
  });

  test("leaves out configs that do not meet a claim on the tuning images themselves", () => {
    const strict = { ...search, claims: [{ metric: "npv", target: 0.97 }] } as const;
    expect(
      candidateConfigs(counts, { ...strict, skip: (index) => index === 3 }).map(({ index }) => index),
    ).toEqual([0, 1]);
    expect(
      candidateConfigs(counts, { ...search, claims: [{ metric: "sensitivity", target: 0.999 }] }),
    ).toEqual([expect.objectContaining({ index: 3 })]);
    expect(candidateConfigs(counts, { ...search, claims: [{ metric: "coverage", target: 0.8 }] })).toEqual(
      [],
    );
  });

  test("thins a long front evenly and keeps its ends", () => {
    const skip = (index: number): boolean => index === 3;
    expect(candidateConfigs(counts, { ...search, limit: 2, skip }).map(({ index }) => index)).toEqual([0, 2]);
    expect(candidateConfigs(counts, { ...search, limit: 1, skip }).map(({ index }) => index)).toEqual([2]);
  });
});
