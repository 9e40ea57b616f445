import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compareReadings } from "../../src/comparison/index.ts";
import { readingsOf, type Unit } from "./readings.ts";

const SETTINGS = { confidence: 0.95, replicates: 300, seed: 1 };

interface AreasCase {
  readonly labels: (0 | 1)[];
  readonly champion: number[];
  readonly challenger: number[];
  readonly delong: { aucs: [number, number]; standardError: number; z: number; p: number };
  readonly augrc: [number, number];
}

const AREAS = (
  JSON.parse(readFileSync(new URL("../statistics/fixtures/paired-cases.json", import.meta.url), "utf8")) as {
    areas: AreasCase;
  }
).areas;

test("agrees with DeLong over every pair and AUGRC over every prefix", () => {
  const { labels, champion, challenger, delong, augrc } = AREAS;
  const units = labels.map((label, at) => ({
    label,
    champion: champion[at]!,
    challenger: challenger[at]!,
  }));
  const found = compareReadings(readingsOf(units), SETTINGS);
  expect(found.auc.challenger.estimate).toBeCloseTo(delong.aucs[0], 12);
  expect(found.auc.champion.estimate).toBeCloseTo(delong.aucs[1], 12);
  expect(found.auc.difference.estimate).toBeCloseTo(delong.aucs[0] - delong.aucs[1], 12);
  expect(found.auc.pValue).toBeCloseTo(delong.p, 9);
  const width = found.auc.difference.upper! - found.auc.difference.lower!;
  expect(width).toBeCloseTo(2 * 1.959963984540054 * delong.standardError, 9);
  expect(found.augrc.champion).toBeCloseTo(augrc[0], 12);
  expect(found.augrc.challenger).toBeCloseTo(augrc[1], 12);
  expect(found.augrc.difference.estimate).toBeCloseTo(augrc[1] - augrc[0], 12);
  expect(found.augrc.difference.lower).toBeLessThan(found.augrc.difference.estimate!);
  expect(found.augrc.difference.upper).toBeGreaterThan(found.augrc.difference.estimate!);
});

const FRACTURE: Unit = { label: 1, champion: 0.9, challenger: 0.9 };
const OTHER: Unit = { label: 0, champion: 0.1, challenger: 0.1 };

test("counts what only one of them is right on, by kind", () => {
  const found = compareReadings(
    readingsOf([
      FRACTURE,
      { ...FRACTURE, challenger: 0.2 },
      { ...FRACTURE, challenger: 0.3 },
      { ...FRACTURE, champion: 0.4 },
      OTHER,
      { ...OTHER, champion: 0.6 },
    ]),
    SETTINGS,
  );
  expect(found).toMatchObject({ units: 6, positives: 4, negatives: 2, patients: 6 });
  expect(found.sensitivity).toMatchObject({
    units: 4,
    champion: 0.75,
    challenger: 0.5,
    gained: 1,
    lost: 2,
  });
  expect(found.specificity).toMatchObject({
    units: 2,
    champion: 0.5,
    challenger: 1,
    gained: 1,
    lost: 0,
  });
  expect(found.decided).toMatchObject({ units: 6, gained: 2, lost: 2, champion: 4 / 6, challenger: 4 / 6 });
  expect(found.decided.mcnemar.exact).toBe(1);
});

test("calls an inconclusive fracture not missed, but not decided", () => {
  const readings = readingsOf([FRACTURE, OTHER]);
  const inconclusive = 2;
  const challenger = { ...readings.challenger, outcome: Uint8Array.of(inconclusive, inconclusive) };
  const found = compareReadings({ ...readings, challenger }, SETTINGS);
  expect(found.sensitivity).toMatchObject({ challenger: 1, lost: 0 });
  expect(found.specificity).toMatchObject({ challenger: 1, lost: 0 });
  expect(found.decided).toMatchObject({ champion: 1, challenger: 0, lost: 2 });
});

test("finds the body part that got worse, corrected for how many were looked at", () => {
  const part = (bodyPart: string | null, challenger: number): Unit[] =>
    Array.from({ length: 40 }, (_, at) =>
      at < 20
        ? { ...FRACTURE, challenger: at < 10 ? challenger : 0.9, bodyPart }
        : { ...OTHER, champion: 0.1 + at / 1000, challenger: 0.1 + at / 1000, bodyPart },
    );
  const { bodyParts } = compareReadings(
    readingsOf([...part("wrist", 0.05), ...part("hand", 0.9), ...part(null, 0.9)]),
    SETTINGS,
  );
  expect(bodyParts.map(({ bodyPart }) => bodyPart)).toEqual(["hand", "wrist", null]);
  const [hand, wrist] = bodyParts;
  // Ten lost, none gained: the tail is 2^-10; six tests in all, of which it is the first or second smallest.
  expect(wrist!.sensitivityRegression.pValue).toBeCloseTo(2 ** -10, 12);
  expect(wrist!.sensitivityRegression.adjusted).toBeGreaterThanOrEqual(5 * 2 ** -10 - 1e-12);
  expect(wrist!.sensitivityRegression.regressed).toBe(true);
  expect(wrist!.aucRegression.regressed).toBe(true);
  expect(hand!.sensitivityRegression).toEqual({ pValue: 1, adjusted: 1, regressed: false });
  expect(hand!.aucRegression).toMatchObject({ regressed: false });
});

test("finds no difference between a model and itself", () => {
  const units = Array.from({ length: 60 }, (_, at) => ({
    ...(at % 2 === 0 ? FRACTURE : OTHER),
    champion: at / 64,
    challenger: at / 64,
  }));
  const found = compareReadings(readingsOf(units), SETTINGS);
  expect(found.auc).toMatchObject({ difference: { estimate: 0 }, pValue: 1 });
  expect(found.augrc.difference).toEqual({ estimate: 0, lower: 0, upper: 0 });
  expect(found.sensitivity).toMatchObject({
    gained: 0,
    lost: 0,
    mcnemar: { exact: 1, midP: 1, clustered: 1 },
  });
  expect(found.bodyParts[0]).toMatchObject({
    sensitivityRegression: { regressed: false },
    aucRegression: { regressed: false },
  });
});

test.each([
  ["no unit", []],
  ["no fracture", [OTHER, OTHER]],
  ["only fractures", [FRACTURE, FRACTURE]],
  [
    "one patient",
    [
      { ...FRACTURE, patient: 1 },
      { ...OTHER, challenger: 0.7, patient: 1 },
    ],
  ],
])("gives null, never NaN, for what %s cannot tell", (_, units) => {
  const found = compareReadings(readingsOf(units), SETTINGS);
  const numbers: number[] = [];
  JSON.stringify(found, (_key, value: unknown) => {
    if (typeof value === "number") numbers.push(value);
    return value;
  });
  expect(numbers.filter((value) => !Number.isFinite(value))).toEqual([]);
  expect(found.auc.difference.lower).toBeNull();
});

test.each([
  ["a probability that is NaN", { champion: Number.NaN }, SETTINGS, "BAD_SHAPE"],
  ["a probability above 1", { challenger: 1.5 }, SETTINGS, "BAD_SHAPE"],
  ["a confidence of one half", {}, { ...SETTINGS, confidence: 0.5 }, "BAD_ARGUMENT"],
])("refuses %s", (_, change, settings, code) => {
  expect(() => compareReadings(readingsOf([{ ...FRACTURE, ...change }, OTHER]), settings)).toThrow(
    expect.objectContaining({ code }),
  );
});
