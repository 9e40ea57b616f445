import { expect, test } from "vitest";
import { ablateGate, parseGate, rejectorAugrc } from "../../src/gates/index.ts";
import { riskCoverageAreas } from "../../src/selective/index.ts";
import { createRandom } from "../../src/statistics/index.ts";
import { flaggedFacts, type FlaggedRow } from "./facts.ts";

const SETTINGS = { coverage: 0.5, confidence: 0.95, replicates: 200, seed: 1 };

const ablate = (name: string, rows: readonly FlaggedRow[], settings = SETTINGS) =>
  ablateGate(parseGate(name, 0.5), flaggedFacts(rows), settings);

// Errors (label 0) lie at the two lowest entropies and, by probability, in the first and last place.
const FOUR: FlaggedRow[] = [
  { p: 0.9, label: 0, entropy: 1 },
  { p: 0.8, label: 1, entropy: 3 },
  { p: 0.7, label: 1, entropy: 4 },
  { p: 0.6, label: 0, entropy: 2 },
];

test("computes areas, operating point and direction of four images by hand", () => {
  const found = ablate("entropy", FOUR);
  // Errors kept after 1, 2, 3, 4 images: 1, 2, 2, 2. Trapezoids (0+1 + 1+2 + 2+2 + 2+2) / 2 / 16 = 12/32.
  expect(found.augrc).toBe(12 / 32);
  // By probability: 1, 1, 1, 2, so (1 + 2 + 2 + 3) / 32 = 8/32.
  expect(rejectorAugrc(flaggedFacts(FOUR))).toBe(8 / 32);
  expect(found.augrcDifference.estimate).toBe(4 / 32);
  // Half of four kept: both errors; the two highest probabilities hold one.
  expect(found.operatingPoint).toMatchObject({ kept: 2, coverage: 0.5, errors: 2, rejectorErrors: 1 });
  expect(found.operatingPoint.riskDifference.estimate).toBe(0.5);
  // No fracture is kept longer than any error.
  expect(found.direction.auc.estimate).toBe(0);
  expect(found.direction.ladder).toEqual([0.5, 2 / 3, 1, 1]);
});

test("is turned around by the inverted gate", () => {
  const found = ablate("entropy:inverted", FOUR);
  expect(found.augrcDifference.estimate).toBe(4 / 32 - 8 / 32);
  expect(found.operatingPoint).toMatchObject({ errors: 0, rejectorErrors: 1 });
  expect(found.direction.auc.estimate).toBe(1);
  expect(found.operatingPoint.bounds).toEqual([{ measure: "entropy", alpha: null, min: 3, max: null }]);
});

test("shares the errors of a tied probability among the images it would keep", () => {
  // The gate keeps one image; three tie for it by probability, with two errors among them.
  const rows: FlaggedRow[] = [
    { p: 0.8, label: 1, entropy: 1 },
    { p: 0.8, label: 0, entropy: 2 },
    { p: 0.8, label: 0, entropy: 3 },
  ];
  const { operatingPoint } = ablate("entropy", rows, { ...SETTINGS, coverage: 0.3 });
  expect(operatingPoint).toMatchObject({ kept: 1, errors: 0, rejectorErrors: 2 / 3 });
  expect(operatingPoint.riskDifference.estimate).toBe(-2 / 3);
});

/** Images of patients with three views each; the chance of a fracture follows the measure that `driver` names. */
function randomRows(count: number, driver: "p" | "entropy" | "none"): FlaggedRow[] {
  const random = createRandom(17);
  return Array.from({ length: count }, (_, at) => {
    const p = 0.3 + 0.7 * random.uniform();
    const entropy = 4 * random.uniform();
    const chance = driver === "none" ? 0.5 : driver === "p" ? (p - 0.3) / 0.7 : 1 - entropy / 4;
    return { p, entropy, label: random.uniform() < chance ? 1 : 0, patient: Math.floor(at / 3) };
  });
}

test.each([
  ["entropy", "entropy", "falls", /^Pays: .*risk falls as it tightens\.$/],
  [
    "entropy:inverted",
    "entropy",
    "rises",
    /^Does not pay: .*risk rises as it tightens, so it keeps the wrong images\.$/,
  ],
  ["entropy", "p", "unclear", /^Does not pay: /],
  ["entropy", "none", "unclear", /^Not shown to differ from the probability alone/],
] as const)("says of %s, where fractures follow %s, that risk %s", (name, driver, risk, verdict) => {
  const found = ablate(name, randomRows(600, driver));
  expect(found.direction.risk).toBe(risk);
  expect(found.verdict).toMatch(verdict);
});

test("gives the same area as the selective measures, and the same interval for the same seed", () => {
  const rows = randomRows(200, "entropy");
  const facts = flaggedFacts(rows);
  const found = ablate("entropy", rows);
  const loss = rows.map((each) => 1 - each.label);
  const confidence = Array.from(facts.entropy, (entropy) => -entropy);
  expect(found.augrc).toBe(riskCoverageAreas(confidence, loss)?.augrc);
  expect(ablate("entropy", rows)).toEqual(found);
  expect(ablate("entropy", rows, { ...SETTINGS, seed: 2 }).augrcDifference.lower).not.toBe(
    found.augrcDifference.lower,
  );
});

test("widens the interval where images of a patient repeat each other", () => {
  const rows = randomRows(100, "entropy").map((each, at) => ({ ...each, patient: at }));
  const repeated = [...rows, ...rows, ...rows];
  const width = (of: readonly FlaggedRow[]): number => {
    const { lower, upper } = ablate("entropy", of).augrcDifference;
    return (upper ?? 0) - (lower ?? 0);
  };
  const asIfIndependent = repeated.map((each, at) => ({ ...each, patient: at }));
  expect(width(repeated)).toBeGreaterThan(1.4 * width(asIfIndependent));
});

const NOTHING = { estimate: null, lower: null, upper: null };

test.each<[string, FlaggedRow[], string, RegExp]>([
  ["no image", [], "entropy", /no labelled image reaches p_low/],
  ["fractures only", [{ p: 0.9, label: 1, entropy: 1 }], "entropy", /every flagged image is a fracture/],
  ["errors only", [{ p: 0.9, label: 0, entropy: 1 }], "entropy", /no flagged image is a fracture/],
])("has null and a reason for %s", (_, rows, name, reason) => {
  const found = ablate(name, rows);
  expect(found.augrcDifference).toEqual(NOTHING);
  expect(found.operatingPoint.riskDifference).toEqual(NOTHING);
  expect(found.direction).toMatchObject({ auc: NOTHING, risk: null });
  expect(found.verdict).toMatch(reason);
  expect(JSON.stringify(found)).not.toContain("NaN");
});

test("says that a gate without facts defers everything and that an idle guard never acts", () => {
  const rows: FlaggedRow[] = FOUR.map((each) => ({ ...each, entropy: null }));
  expect(ablate("entropy", rows).verdict).toMatch(/^Defers everything/);
  expect(ablate("entropy", rows).operatingPoint).toMatchObject({ kept: 0, errors: 0, rejectorErrors: 0 });
  expect(ablate("degenerate", FOUR).verdict).toMatch(/^Never acts/);
});
