import fc from "fast-check";
import { expect, test } from "vitest";
import {
  leadingView,
  MURA_KAPPAS,
  muraKappaOf,
  outcomeOfViews,
  poolProbability,
  POOLINGS,
  STUDY_RULES,
  studyOutcome,
  type StudyView,
} from "../../src/pooling/index.ts";
import { OUTCOMES, parsePolicy, triage } from "../../src/triage/index.ts";

test.each([
  // 0.5, 0.25 and 0.125 are exact in binary: mean 0.875 / 3, none of them 0.5 * 0.75 * 0.875 = 0.328125.
  ["mean", [0.5, 0.125, 0.25], Math.fround(0.875 / 3)],
  ["max", [0.5, 0.125, 0.25], 0.5],
  ["min", [0.5, 0.125, 0.25], 0.125],
  ["noisy_or", [0.5, 0.125, 0.25], 0.671875],
  ["mean", [1], 1],
  ["noisy_or", [0, 0], 0],
  ["noisy_or", [1, 0.5], 1],
  ["noisy_or", [Math.fround(1e-40)], Math.fround(1e-40)],
  ["noisy_or", Array.from({ length: 1000 }, () => 0.999), 1],
] as const)("pools by %s", (pooling, probabilities, expected) => {
  expect(poolProbability(pooling, probabilities)).toBe(expected);
});

test("pools in [0, 1] between the extremes, in any order of views", () => {
  const p = fc.float({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(p, { minLength: 1, maxLength: 12 }),
      fc.constantFrom(...POOLINGS),
      (views, pooling) => {
        const pooled = poolProbability(pooling, views);
        expect(pooled).toBe(poolProbability(pooling, views.toReversed()));
        expect(pooled).toBe(Math.fround(pooled));
        expect(pooled).toBeGreaterThanOrEqual(poolProbability("min", views));
        expect(pooled).toBeLessThanOrEqual(pooling === "noisy_or" ? 1 : poolProbability("max", views));
      },
    ),
    { seed: 3 },
  );
});

test("refuses a study without a scored view", () => {
  expect(() => poolProbability("mean", [])).toThrow(expect.objectContaining({ code: "BAD_SHAPE" }));
  for (const rule of STUDY_RULES) {
    expect(() => studyOutcome(rule, [], parsePolicy("p_low=0.2,entropy_max=1"))).toThrow(
      expect.objectContaining({ code: "BAD_SHAPE" }),
    );
  }
});

test.each([
  [["negative", "negative"], "negative"],
  [["negative", "inconclusive"], "inconclusive"],
  [["inconclusive", "positive", "negative"], "positive"],
] as const)("reads views %j as %s", (outcomes, expected) => {
  expect(outcomeOfViews(outcomes)).toBe(expected);
});

const view = (imageId: number, probability: number, entropy: number | null): StudyView => ({
  imageId,
  probability,
  entropy,
  area: null,
  degenerate: false,
});

test("leads with the highest probability, of equal ones with the view stored first", () => {
  expect(leadingView([view(7, 0.5, 1), view(3, 0.9, 2), view(2, 0.9, 3)])?.imageId).toBe(2);
  expect(leadingView([])).toBeUndefined();
});

// p_low 0.4, entropy at most 2. View 1 is flagged but diffuse, view 2 localised but weaker, view 3 negative.
const VIEWS = [view(1, 0.75, 3), view(2, 0.5, 1), view(3, 0.25, 1)];

test.each([
  ["views", "positive"],
  // Mean 0.5 and every other pooling's CAM is that of view 1, which is diffuse.
  ["mean", "inconclusive"],
  ["max", "inconclusive"],
  ["noisy_or", "inconclusive"],
  ["min", "negative"],
] as const)("reads the study as its rule %s says", (rule, expected) => {
  expect(studyOutcome(rule, VIEWS, parsePolicy("p_low=0.4,entropy_max=2"))).toBe(expected);
});

test("reads a study of one view as the image, whatever the rule", () => {
  const one = fc.record({
    imageId: fc.constant(1),
    probability: fc.float({ min: 0, max: 1, noNaN: true }),
    entropy: fc.option(fc.float({ min: 0, max: 4, noNaN: true })),
    area: fc.option(fc.float({ min: 0, max: 1, noNaN: true })),
    degenerate: fc.boolean(),
  });
  const policy = parsePolicy("p_low=0.5,entropy_max=2,area_max=0.5,alpha=0.5");
  fc.assert(
    fc.property(one, fc.constantFrom(...STUDY_RULES), (single, rule) => {
      expect(studyOutcome(rule, [single], policy)).toBe(triage(single, policy).outcome);
    }),
    { seed: 9 },
  );
  expect(OUTCOMES).toHaveLength(3);
});

test("knows the published kappas by either spelling of a body part", () => {
  expect(muraKappaOf("XR_WRIST")).toBe(muraKappaOf("wrist"));
  expect(muraKappaOf("knee")).toBeUndefined();
  for (const { baseline, radiologists } of MURA_KAPPAS) {
    expect(radiologists[0]).toBeLessThanOrEqual(radiologists[1]);
    expect(baseline).toBeGreaterThan(0);
  }
});
