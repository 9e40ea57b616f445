import { expect, test } from "vitest";
import { DEFAULT_RULE, judgeMeasures, verdictSentence, type DriftMeasure } from "../../src/drift/index.ts";

function measure(name: string, pValue: number | null, effect: number | null): DriftMeasure {
  return {
    name,
    kind: "distribution",
    test: pValue === null ? null : "kolmogorov-smirnov",
    statistic: 0.1,
    pValue,
    effect,
    reference: 1_000_000,
    current: 1_000_000,
    from: 0.25,
    to: 0.5,
  };
}

test("alarms only where a difference is both sure and large", () => {
  // Holm over the five that were tested: 0.001 x 5 = 0.005, 0.0015 x 4 = 0.006, 0.003 x 3 = 0.009, then 0.4 and 0.8.
  const judged = judgeMeasures([
    measure("probability", 0.001, 0.2),
    measure("entropy", 0.0015, 0.19),
    measure("pixels", null, null),
    measure("area", 0.4, 0.3),
    measure("byte_size", 0.8, 0.01),
    measure("border", 0.003, 2),
  ]);
  expect(judged.map(({ verdict }) => verdict)).toEqual([
    "alarm",
    "small",
    "untested",
    "unsure",
    "steady",
    "alarm",
  ]);
  expect(judged.map(({ adjusted }) => adjusted?.toFixed(6))).toEqual([
    "0.005000",
    "0.006000",
    undefined,
    "0.800000",
    "0.800000",
    "0.009000",
  ]);
});

test("adjusts by Benjamini and Hochberg when asked to", () => {
  // 0.004 x 2 / 1 = 0.008 and 0.009 x 2 / 2 = 0.009; Holm: 0.008 and 0.009. With three: 0.012 against 0.0135.
  const measures = [measure("a", 0.004, 1), measure("b", 0.009, 1), measure("c", 0.0095, 1)];
  const bh = judgeMeasures(measures, { ...DEFAULT_RULE, correction: "benjamini-hochberg" });
  // The least from the largest down: 0.0095, then min(0.0135, 0.0095), then min(0.012, 0.0095).
  expect(bh.map(({ adjusted }) => adjusted)).toEqual([0.0095, 0.0095, 0.0095]);
  expect(bh.every(({ verdict }) => verdict === "alarm")).toBe(true);
  expect(judgeMeasures(measures).map(({ verdict }) => verdict)).toEqual(["unsure", "unsure", "unsure"]);
});

test("judges nothing of nothing", () => {
  expect(judgeMeasures([])).toEqual([]);
});

test.each([
  [1e-9, 0.5, "Alarm: the probabilities changed (median 0.250 to 0.500), PSI 0.50 of 0.2 allowed."],
  [1e-9, 0.05, "A change too small to matter: the probabilities (median 0.250 to 0.500), PSI 0.050."],
  [
    0.5,
    0.4,
    "Perhaps by chance: the probabilities changed (median 0.250 to 0.500), PSI 0.40; too few images to tell.",
  ],
  [0.5, 0.01, "No change found in the probabilities (median 0.250 to 0.500)."],
  [null, null, "Not tested: a window has nothing known of the probabilities."],
])("says p %s with effect %s in one sentence", (pValue, effect, sentence) => {
  const [judged] = judgeMeasures([measure("probability", pValue, effect)]);
  expect(verdictSentence(judged!)).toBe(sentence);
});

test("names the kind that moved most, and rates in percent", () => {
  const mix: DriftMeasure = {
    ...measure("body_part", 1e-9, 0.3),
    kind: "mix",
    largest: [{ name: "hand", from: 0.5, to: 0.2 }],
  };
  const rate: DriftMeasure = { ...measure("abstention", 1e-9, 0.25), kind: "rate" };
  expect(judgeMeasures([mix, rate]).map(verdictSentence)).toEqual([
    "Alarm: the mix of body parts changed (hand: 50.0 % to 20.0 %), share moved 0.30 of 0.1 allowed.",
    "Alarm: the abstention rate changed (25.0 % to 50.0 %), difference 0.25 of 0.05 allowed.",
  ]);
});

test.each([
  ["alpha", { ...DEFAULT_RULE, alpha: 0 }],
  ["rate", { ...DEFAULT_RULE, thresholds: { ...DEFAULT_RULE.thresholds, rate: Number.NaN } }],
])("refuses a rule with a bad %s", (field, rule) => {
  expect(() => judgeMeasures([], rule)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT", field }));
});
