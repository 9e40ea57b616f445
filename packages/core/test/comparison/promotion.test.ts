import { expect, test } from "vitest";
import {
  compareReadings,
  decidePromotion,
  DEFAULT_PROMOTION_RULE,
  parsePromotionRule,
  type CertificateEvidence,
  type PromotionRule,
} from "../../src/comparison/index.ts";
import { binomialCdf } from "../../src/statistics/index.ts";
import { drawUnits, readingsOf, type Unit } from "./readings.ts";

const UNCERTIFIED: CertificateEvidence = { champion: false, challenger: false, problem: null };

function decide(units: readonly Unit[], rule: PromotionRule, certificate = UNCERTIFIED) {
  const settings = { confidence: 0.95, replicates: 200, seed: 1 };
  return decidePromotion(rule, compareReadings(readingsOf(units), settings), certificate);
}

/** 200 fractures and 200 others of as many patients, both models right on all but every tenth. */
const EQUAL: Unit[] = Array.from({ length: 400 }, (_, at) => {
  const label = at % 2 === 0 ? 1 : 0;
  const wrong = at % 20 < 2;
  const probability = (label === 1) === wrong ? 0.3 - at / 2000 : 0.7 + at / 2000;
  return { label, champion: probability, challenger: probability };
});

test("promotes an equal model, saying by what", () => {
  const { promote, reasons } = decide(EQUAL, DEFAULT_PROMOTION_RULE);
  expect(promote).toBe(true);
  expect(reasons.map(({ criterion }) => criterion)).toEqual([
    "evidence",
    "sensitivity",
    "augrc",
    "body_parts",
  ]);
  expect(reasons[1]!.reason).toContain("sensitivity 90.0 % against 90.0 %");
});

test.each<[string, Partial<PromotionRule>, CertificateEvidence, string]>([
  ["is not better where better is asked", { sensitivityMargin: 0 }, UNCERTIFIED, "sensitivity"],
  ["has no better AUGRC where that is asked", { augrcMargin: 0 }, UNCERTIFIED, "augrc"],
  ["was judged on too few fractures", { minPositives: 201 }, UNCERTIFIED, "evidence"],
  ["was judged on too few patients", { minPatients: 401 }, UNCERTIFIED, "evidence"],
  ["was measured at another confidence", { confidence: 0.99 }, UNCERTIFIED, "evidence"],
  ["is not certified where one must be", { certificate: "required" }, UNCERTIFIED, "certificate"],
  [
    "is not certified where the champion is",
    {},
    { champion: true, challenger: false, problem: "it was revoked" },
    "certificate",
  ],
])("keeps the champion when the challenger %s", (_, change, certificate, criterion) => {
  const { promote, reasons } = decide(EQUAL, { ...DEFAULT_PROMOTION_RULE, ...change }, certificate);
  expect(promote).toBe(false);
  expect(reasons.filter(({ passed }) => !passed).map((each) => each.criterion)).toEqual([criterion]);
});

test("asks for no certificate where the rule does not, or the challenger has one", () => {
  const certified = { champion: true, challenger: true, problem: null };
  expect(decide(EQUAL, DEFAULT_PROMOTION_RULE, certified).promote).toBe(true);
  const lost = { champion: true, challenger: false, problem: "refused" };
  expect(decide(EQUAL, { ...DEFAULT_PROMOTION_RULE, certificate: "none" }, lost).promote).toBe(true);
});

test("keeps the champion on one body part's harm, unless it is only to be reported", () => {
  // Ten wrist fractures more are missed, twelve other misses made good.
  const units = EQUAL.map((unit, at): Unit => {
    if (unit.label === 1 && at % 20 === 4 && at < 200)
      return { ...unit, challenger: 0.05, bodyPart: "wrist" };
    if (unit.label === 1 && unit.champion < 0.5) return { ...unit, challenger: 0.95 };
    return unit;
  });
  const refused = decide(units, DEFAULT_PROMOTION_RULE);
  expect(refused.promote).toBe(false);
  const judged = refused.reasons.find(({ criterion }) => criterion === "body_parts")!;
  expect(judged.passed).toBe(false);
  expect(judged.reason).toContain("wrist (sensitivity)");
  const rule = { ...DEFAULT_PROMOTION_RULE, bodyPartRegressions: "report" as const, augrcMargin: null };
  expect(decide(units, rule).promote).toBe(true);
});

test("keeps the champion when nothing can be told", () => {
  const none = decide([], DEFAULT_PROMOTION_RULE);
  expect(none.promote).toBe(false);
  expect(none.reasons.filter(({ passed }) => !passed).map(({ criterion }) => criterion)).toEqual([
    "evidence",
    "sensitivity",
    "augrc",
  ]);
});

test("fills a declared rule in and refuses what is none", () => {
  expect(parsePromotionRule({ sensitivityMargin: 0.02 })).toEqual({
    ...DEFAULT_PROMOTION_RULE,
    sensitivityMargin: 0.02,
  });
  for (const raw of [{ sensitivityMargin: -0.1 }, { margin: 1 }, { confidence: 0.4 }, null]) {
    expect(() => parsePromotionRule(raw)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
  }
});

/** How often a rule promotes, over archives of patients with two images each. */
function promotions(rule: PromotionRule, draw: { trials: number; shift: number; patients?: number }): number {
  let promoted = 0;
  for (let trial = 0; trial < draw.trials; trial++) {
    const units = drawUnits(1000 + trial, {
      patients: draw.patients ?? 150,
      perPatient: 2,
      shared: 0.6,
      shift: draw.shift,
    });
    promoted += Number(decide(units, rule).promote);
  }
  return promoted;
}

/** More promotions than this have a chance below 1 in 1,000 when each has at most 0.05. */
function limit(trials: number): number {
  let most = 0;
  while (binomialCdf(most, trials, 0.05) < 0.999) most += 1;
  return most;
}

const ONLY = { ...DEFAULT_PROMOTION_RULE, bodyPartRegressions: "report" as const };

test.each([
  ["better sensitivity", { ...ONLY, sensitivityMargin: 0, augrcMargin: null }],
  ["better AUGRC", { ...ONLY, sensitivityMargin: null, augrcMargin: 0 }],
])("promotes an equal model by luck no more than promised where %s is asked", (_, rule) => {
  expect(promotions(rule, { trials: 200, shift: 0 })).toBeLessThanOrEqual(limit(200));
});

test("promotes a model that is worse by the margin no more than promised", () => {
  // Sensitivities P(Z > -1.2) = 0.8849 and P(Z > -1.2 + 0.2286) = 0.8343: 0.0506 apart.
  const rule = { ...ONLY, augrcMargin: null };
  expect(promotions(rule, { trials: 200, shift: 0.2286 })).toBeLessThanOrEqual(limit(200));
});

test("promotes most equal models of an archive that is large enough", () => {
  expect(promotions(DEFAULT_PROMOTION_RULE, { trials: 20, shift: 0, patients: 1500 })).toBeGreaterThanOrEqual(
    12,
  );
});
