import fc from "fast-check";
import { expect, test } from "vitest";
import { triage, type Policy, type TriageFacts } from "../../src/triage/index.ts";

const POLICY: Policy = { pLow: 0.25, entropyMax: 1.5, areaMax: 0.5, alpha: 0.5 };
// Room left: p (0.75 - 0.25) / 0.75 = 2/3; entropy (1.5 - 0.75) / 1.5 = 1/2; area (0.5 - 0.125) / 0.5 = 3/4.
const LOCALISED: TriageFacts = { probability: 0.75, entropy: 0.75, area: 0.125, degenerate: false };

test.each<[string, Partial<TriageFacts>, Partial<Policy>, string, number | null]>([
  ["negative: how far below p_low", { probability: 0.125 }, {}, "p_low", -0.125],
  ["positive: the gate with the least of its room left", {}, {}, "entropy_max", 0.75],
  ["positive by little p", { probability: 0.3125 }, {}, "p_low", 0.0625],
  ["positive by little area", { area: 0.375 }, {}, "area_max", 0.125],
  ["positive at p_low", { probability: 0.25 }, {}, "p_low", 0],
  ["positive at entropy_max 0", { entropy: 0 }, { entropyMax: 0 }, "entropy_max", 0],
  ["positive at p_low 1", { probability: 1 }, { pLow: 1 }, "p_low", 0],
  ["a tie goes to p_low", { probability: 0.625, entropy: 0.75 }, {}, "p_low", 0.375],
  [
    "gates that are left out do not decide",
    { entropy: 1.5, area: 0.5 },
    { entropyMax: null, areaMax: null },
    "p_low",
    0.5,
  ],
  [
    "missing facts of gates that are left out",
    { entropy: null, area: null },
    { entropyMax: null, areaMax: null },
    "p_low",
    0.5,
  ],
  ["inconclusive: how far above entropy_max", { entropy: 2 }, {}, "entropy_max", -0.5],
  ["inconclusive by the first gate that fails", { entropy: 2, area: 1 }, {}, "entropy_max", -0.5],
  ["inconclusive by area", { area: 0.75 }, {}, "area_max", -0.25],
  ["inconclusive without facts: how far it is from negative", { entropy: null }, {}, "p_low", 0.5],
  ["degenerate", { degenerate: true, entropy: null, area: null }, {}, "p_low", 0.5],
  ["a p_low out of reach", {}, { pLow: Infinity }, "p_low", null],
])("%s", (_, facts, policy, threshold, margin) => {
  expect(triage({ ...LOCALISED, ...facts }, { ...POLICY, ...policy })).toMatchObject({ threshold, margin });
});

test("takes facts and thresholds as the float32 values that are compared", () => {
  const stored = { ...LOCALISED, probability: Math.fround(0.22) };
  expect(triage(stored, { ...POLICY, pLow: 0.22 })).toMatchObject({ threshold: "p_low", margin: 0 });
});

test("is at least 0 exactly where the deciding threshold lets the fact pass", () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  const optional = fc.option(unit);
  const facts = fc.record({ probability: unit, entropy: optional, area: optional });
  const policies = fc.record({ pLow: unit, entropyMax: optional, areaMax: optional });
  fc.assert(
    fc.property(facts, policies, (given, thresholds) => {
      const decision = triage({ ...given, degenerate: false }, { ...thresholds, alpha: 0.5 });
      const failed = ["below_p_low", "entropy_above", "area_above"].includes(decision.reason);
      expect(Number(decision.margin) < 0).toBe(failed);
    }),
  );
});
