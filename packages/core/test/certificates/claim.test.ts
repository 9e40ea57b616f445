import { describe, expect, test } from "vitest";
import { checkClaims, claimEvidence, safetyOf } from "../../src/certificates/index.ts";

// 20 fractures: 12 called positive, 2 called negative, 6 inconclusive. 80 others: 3 positive, 60 negative, 17 inconclusive.
const OUTCOMES = { tp: 12, fp: 3, tn: 60, fn: 2, inconclusive: 23, positives: 20 };
const NONE = { tp: 0, fp: 0, tn: 0, fn: 0, inconclusive: 0, positives: 0 };

describe("claimEvidence", () => {
  test.each([
    ["sensitivity", 18, 20],
    ["decided_sensitivity", 12, 14],
    ["npv", 60, 62],
    ["ppv", 12, 15],
    ["coverage", 77, 100],
  ] as const)("counts %s as %i of %i", (metric, successes, trials) => {
    expect(claimEvidence(metric, OUTCOMES)).toEqual({ successes, trials });
    expect(claimEvidence(metric, NONE)).toEqual({ successes: 0, trials: 0 });
  });

  test("takes an inconclusive fracture as not missed, and leaves it out of the decided ones", () => {
    const abstained = { ...NONE, inconclusive: 5, positives: 5 };
    expect(claimEvidence("sensitivity", abstained)).toEqual({ successes: 5, trials: 5 });
    expect(claimEvidence("decided_sensitivity", abstained)).toEqual({ successes: 0, trials: 0 });
  });
});

describe("checkClaims", () => {
  test.each([
    [[]],
    [[{ metric: "npv", target: 1 }]],
    [[{ metric: "npv", target: 0 }]],
    [[{ metric: "npv", target: Number.NaN }]],
    [
      [
        { metric: "npv", target: 0.9 },
        { metric: "npv", target: 0.8 },
      ],
    ],
  ] as const)("refuses %j", (claims) => {
    expect(() => checkClaims(claims)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
  });
});

describe("safetyOf", () => {
  test("is the least Chernoff exponent of the claims", () => {
    // sensitivity 18/20 against 0.8: 18 ln(0.9/0.8) + 2 ln(0.1/0.2) = 2.12009 - 1.38629; npv 60/62 against 0.9 is larger.
    const claims = [
      { metric: "sensitivity", target: 0.8 },
      { metric: "npv", target: 0.9 },
    ] as const;
    const evidence = claims.map(({ metric }) => claimEvidence(metric, OUTCOMES));
    expect(safetyOf(claims, evidence)).toBeCloseTo(18 * Math.log(0.9 / 0.8) + 2 * Math.log(0.5), 12);
  });

  test.each([
    ["a rate of one", { successes: 5, trials: 5 }, 5 * Math.log(1 / 0.9)],
    ["a rate at the target", { successes: 9, trials: 10 }, 0],
  ])("of %s", (_, evidence, safety) => {
    expect(safetyOf([{ metric: "npv", target: 0.9 }], [evidence])).toBeCloseTo(safety, 12);
  });

  test.each([
    ["a rate below the target", { successes: 8, trials: 10 }],
    ["no trial", { successes: 0, trials: 0 }],
  ])("is null for %s", (_, evidence) => {
    expect(safetyOf([{ metric: "npv", target: 0.9 }], [evidence])).toBeNull();
  });
});
