import { expect, test } from "vitest";
import { triage, type Policy, type TriageFacts } from "../../src/triage/index.ts";

const POLICY: Policy = { pLow: 0.22, entropyMax: 1.5, areaMax: 0.3, alpha: 0.5 };
const LOCALISED: TriageFacts = { probability: 0.9, entropy: 1, area: 0.2, degenerate: false };

test.each<[string, Partial<TriageFacts>, Partial<Policy>, string, string]>([
  ["under p_low", { probability: 0.2199 }, {}, "negative", "below_p_low"],
  ["at p_low", { probability: 0.22 }, {}, "positive", "localised"],
  ["at p_low as stored", { probability: Math.fround(0.22) }, {}, "positive", "localised"],
  [
    "under p_low, without facts",
    { probability: 0, entropy: null, area: null },
    {},
    "negative",
    "below_p_low",
  ],
  ["under p_low, degenerate", { probability: 0, degenerate: true }, {}, "negative", "below_p_low"],
  ["at p_low 0", { probability: 0 }, { pLow: 0 }, "positive", "localised"],
  ["at p_low 1", { probability: 1 }, { pLow: 1 }, "positive", "localised"],
  ["at entropy_max", { entropy: 1.5 }, {}, "positive", "localised"],
  ["above entropy_max", { entropy: 1.500001 }, {}, "inconclusive", "entropy_above"],
  ["at area_max as stored", { area: Math.fround(0.3) }, {}, "positive", "localised"],
  ["above area_max", { area: 0.3001 }, {}, "inconclusive", "area_above"],
  ["above both", { entropy: 2, area: 0.9 }, {}, "inconclusive", "entropy_above"],
  ["any area without its gate", { area: 1 }, { areaMax: null }, "positive", "localised"],
  ["no area without its gate", { area: null }, { areaMax: null }, "positive", "localised"],
  ["no entropy without its gate", { entropy: null }, { entropyMax: null }, "positive", "localised"],
  ["no entropy", { entropy: null }, {}, "inconclusive", "facts_missing"],
  ["NaN entropy", { entropy: Number.NaN }, {}, "inconclusive", "facts_missing"],
  ["no area", { area: null }, {}, "inconclusive", "facts_missing"],
  ["no area and entropy above", { entropy: 2, area: null }, {}, "inconclusive", "entropy_above"],
  ["degenerate", { degenerate: true, entropy: null, area: null }, {}, "inconclusive", "degenerate_cam"],
  [
    "degenerate without gates",
    { degenerate: true, entropy: null, area: null },
    { entropyMax: null, areaMax: null },
    "inconclusive",
    "degenerate_cam",
  ],
])("reads %s", (_, facts, policy, outcome, reason) => {
  expect(triage({ ...LOCALISED, ...facts }, { ...POLICY, ...policy })).toMatchObject({ outcome, reason });
});

test.each([Number.NaN, -0.1, 1.1])("refuses %d as a probability", (probability) => {
  expect(() => triage({ ...LOCALISED, probability }, POLICY)).toThrow(
    expect.objectContaining({ code: "BAD_SHAPE", field: "probability" }),
  );
});
