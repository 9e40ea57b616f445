import { expect, test } from "vitest";
import { collectRows, type EvaluatedRow } from "../../src/analysis/evaluated-rows.ts";
import { measure } from "../../src/analysis/measures.ts";
import { resolveSettings } from "../../src/analysis/measure-settings.ts";
import { clopperPearsonInterval, wilsonInterval } from "../../src/statistics/index.ts";

const SETTINGS = resolveSettings({ replicates: 100, risk: 0, coverage: 0.5 });

function measured(rows: readonly EvaluatedRow[], settings = SETTINGS) {
  const collector = collectRows();
  for (const row of rows) collector.add(row);
  return measure(collector.columns(), settings);
}

// At 0.5 forced readings are tp, fn, fp, tn; distances from it 0.375, 0.125, 0.25, 0.5, so the errors are the least sure
// but one. One more row has no label.
const FOUR: EvaluatedRow[] = [
  { label: 1, probability: 0.875, cluster: 1, outcome: "positive" },
  { label: 1, probability: 0.375, cluster: 1, outcome: "negative" },
  { label: 0, probability: 0.75, cluster: 2, outcome: "inconclusive" },
  { label: 0, probability: 0, cluster: 3, outcome: "negative" },
];
const ROWS: EvaluatedRow[] = [...FOUR, { label: null, probability: 0.9, cluster: 4, outcome: "positive" }];

test("measures probabilities and forced readings by hand", () => {
  const found = measured(ROWS);
  expect(found).toMatchObject({ rows: 5, labelled: 4, positive: 2, negative: 2, clusters: 3, reason: null });
  // Of four pairs the fractures rank above in three.
  expect(found.auroc.estimate).toBe(0.75);
  // Precision 1/1 at the first fracture, 2/3 at the second.
  expect(found.auprc.estimate).toBeCloseTo((1 + 2 / 3) / 2, 15);
  // Squares 1/64, 25/64, 9/16, 0.
  expect(found.brier.estimate).toBe(62 / 64 / 4);
  // By distance: right, right, wrong, wrong. Risks 0, 0, 1/3, 1/2; errors kept 0, 0, 1, 2 of 4.
  expect(found.aurc.estimate).toBeCloseTo((1 / 3 + 1 / 2) / 4, 15);
  expect(found.excessAurc.estimate).toBeCloseTo(0, 15);
  expect(found.augrc.estimate).toBe((1 + 3) / (2 * 16));
  expect(found).toMatchObject({ coverageAtRisk: 0.5, riskAtCoverage: 0 });
});

test("measures decisions by hand, with every interval of a proportion", () => {
  const { decisions } = measured(ROWS);
  expect(decisions?.counts).toEqual({ tp: 1, fp: 0, tn: 1, fn: 1, inconclusive: 1 });
  expect(decisions).toMatchObject({
    coverage: { estimate: 0.75, successes: 3, trials: 4 },
    sensitivity: { estimate: 0.5, successes: 1, trials: 2 },
    specificity: { estimate: 1, successes: 1, trials: 1 },
    ppv: { estimate: 1 },
    npv: { estimate: 0.5 },
    accuracy: { estimate: 2 / 3 },
    f1: { estimate: 2 / 3 },
    // Decided: agreement 2/3; by chance (2 x 1 + 1 x 2) / 9 = 4/9, so (6 - 4) / (9 - 4).
    kappa: { estimate: 0.4 },
    // Forced: one of each.
    forcedKappa: { estimate: 0 },
  });
  expect(decisions?.sensitivity.wilson).toEqual(wilsonInterval(1, 2));
  expect(decisions?.sensitivity.clopperPearson).toEqual(clopperPearsonInterval(1, 2));
});

test("has no decisions without a policy", () => {
  expect(measured(FOUR.map((row) => ({ ...row, outcome: undefined }))).decisions).toBeNull();
});

const UNKNOWN = { estimate: null, lower: null, upper: null };

test.each<[string, EvaluatedRow[], string]>([
  ["nothing", [], "nothing is labelled"],
  ["no labels", [{ label: null, probability: 0.5, cluster: 1, outcome: "positive" }], "nothing is labelled"],
  ["no fractures", FOUR.slice(2), "nothing labelled is a fracture"],
  ["only fractures", FOUR.slice(0, 2), "everything labelled is a fracture"],
])("has null and a reason for %s", (_, rows, reason) => {
  const found = measured(rows);
  expect(found).toMatchObject({ auroc: UNKNOWN, auprc: UNKNOWN, reason });
  expect(JSON.stringify(found)).not.toContain("NaN");
});

test("takes a row on the threshold as positive, at float32", () => {
  const settings = { ...SETTINGS, threshold: 0.22 };
  const row = (label: 0 | 1): EvaluatedRow => ({
    label,
    probability: Math.fround(0.22),
    cluster: label,
    outcome: "positive",
  });
  expect(measured([row(1), row(0)], settings).riskAtCoverage).toBe(0.5);
  expect(measured([row(1)], settings).riskAtCoverage).toBe(0);
});

test.each([{ risk: -0.1 }, { coverage: 0 }, { coverage: 1.5 }, { threshold: Number.NaN }])(
  "refuses %j",
  (settings) => {
    expect(() => resolveSettings(settings)).toThrow(
      expect.objectContaining({ code: "BAD_ARGUMENT", field: Object.keys(settings)[0] }),
    );
  },
);
