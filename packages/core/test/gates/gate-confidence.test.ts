import fc from "fast-check";
import { expect, test } from "vitest";
import {
  gateConfidence,
  keptAtCoverage,
  keptBounds,
  parseGate,
  shortestFloat32,
} from "../../src/gates/index.ts";
import { flaggedFacts, type FlaggedRow } from "./facts.ts";

const NEVER = Number.NEGATIVE_INFINITY;

// Entropies 1, 2, 2, 4 are usable; one is missing, one CAM is degenerate.
const ROWS: FlaggedRow[] = [
  { p: 0.9, label: 1, entropy: 1, area: 0.5 },
  { p: 0.8, label: 0, entropy: 2, area: 0.25 },
  { p: 0.7, label: 1, entropy: 2, area: 0.75 },
  { p: 0.6, label: 0, entropy: 4, area: 0.25 },
  { p: 0.5, label: 0, entropy: null, area: null },
  { p: 0.4, label: 1, entropy: null, area: null, degenerate: true },
];

test.each([
  ["entropy", [-1, -2, -2, -4, NEVER, NEVER]],
  ["entropy:inverted", [1, 2, 2, 4, NEVER, NEVER]],
  ["entropy_normalized", [-0.25, -0.5, -0.5, -1, NEVER, NEVER]],
  // Shares below plus half the tie: 1/8, 4/8, 4/8, 7/8, so twice their distance from 1/2: 3/4, 0, 0, 3/4.
  ["entropy:two-sided", [-0.75, -0, -0, -0.75, NEVER, NEVER]],
  // At most this entropy: 1/4, 3/4, 3/4, 1; at most this area: 3/4, 1/2, 1, 1/2; the larger of the two.
  ["both@0.5", [-0.75, -0.75, -1, -1, NEVER, NEVER]],
  // At least this entropy: 1, 3/4, 3/4, 1/4; at least this area: 1/2, 1, 1/4, 1.
  ["both@0.5:inverted", [-1, -1, -0.75, -1, NEVER, NEVER]],
  // Missing facts of a CAM that is not degenerate do not matter to the guard.
  ["degenerate", [1, 1, 1, 1, 1, NEVER]],
])("orders the flagged images by %s", (name, expected) => {
  const confidence = gateConfidence(parseGate(name, 0.5), flaggedFacts(ROWS));
  expect([...confidence].map((value) => value + 0)).toEqual(expected.map((value) => value + 0));
});

test("never keeps a degenerate CAM, even where a broken row has a measure of it", () => {
  const facts = flaggedFacts([{ p: 0.9, label: 1, entropy: 1, degenerate: true }]);
  expect([...gateConfidence(parseGate("entropy:inverted", 0.5), facts)]).toEqual([NEVER]);
});

test("refuses an alpha whose areas were not read", () => {
  expect(() => gateConfidence(parseGate("area@0.3", 0.5), flaggedFacts(ROWS))).toThrow(
    expect.objectContaining({ code: "FACTS_MISSING", field: "alpha" }),
  );
});

test.each([
  // 6 images: a share of 1/6 asks for one, of 0.34 for three; the tie at 2 brings both with it.
  ["entropy", 1 / 6, [1, 0, 0, 0, 0, 0], [{ measure: "entropy", alpha: null, min: null, max: 1 }]],
  ["entropy", 0.34, [1, 1, 1, 0, 0, 0], [{ measure: "entropy", alpha: null, min: null, max: 2 }]],
  ["entropy:inverted", 0.34, [0, 1, 1, 1, 0, 0], [{ measure: "entropy", alpha: null, min: 2, max: null }]],
  ["entropy:two-sided", 0.3, [0, 1, 1, 0, 0, 0], [{ measure: "entropy", alpha: null, min: 2, max: 2 }]],
  [
    "both@0.5",
    0.3,
    [1, 1, 0, 0, 0, 0],
    [
      { measure: "entropy", alpha: null, min: null, max: 2 },
      { measure: "area", alpha: 0.5, min: null, max: 0.5 },
    ],
  ],
  // No more than the four that can pass are kept, whatever is asked.
  ["entropy", 1, [1, 1, 1, 1, 0, 0], [{ measure: "entropy", alpha: null, min: null, max: 4 }]],
  ["degenerate", 0.5, [1, 1, 1, 1, 1, 0], []],
])("keeps by %s at coverage %d what its thresholds keep", (name, coverage, expected, bounds) => {
  const gate = parseGate(name, 0.5);
  const facts = flaggedFacts(ROWS);
  const kept = keptAtCoverage(gateConfidence(gate, facts), coverage);
  expect([...kept]).toEqual(expected);
  expect(keptBounds(gate, facts, kept)).toEqual(bounds);
});

test("keeps nothing where nothing can pass", () => {
  const facts = flaggedFacts(ROWS.slice(4));
  const kept = keptAtCoverage(gateConfidence(parseGate("entropy", 0.5), facts), 1);
  expect([...kept]).toEqual([0, 0]);
  expect(keptBounds(parseGate("entropy", 0.5), facts, kept)).toEqual([]);
});

test("asks for twelve of fifteen at 80 %, not for thirteen", () => {
  expect(
    keptAtCoverage(
      Float64Array.from({ length: 15 }, (_, at) => at),
      0.8,
    ).filter(Boolean),
  ).toHaveLength(12);
});

const value = fc.option(
  fc.integer({ min: 0, max: 6 }).map((steps) => steps / 10),
  { freq: 6 },
);
const row = fc.record({ p: fc.constant(0.5), label: fc.constant(1 as const), entropy: value, area: value });
const gateName = fc.constantFrom(
  "entropy",
  "entropy:inverted",
  "entropy:two-sided",
  "area@0.5",
  "area@0.5:two-sided",
  "both@0.5",
  "both@0.5:inverted",
);

test("finds thresholds that keep exactly the kept images, through ties and missing facts", () => {
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 30 }),
      gateName,
      fc.integer({ min: 1, max: 10 }),
      (rows, name, tenths) => {
        const gate = parseGate(name, 0.5);
        const facts = flaggedFacts(rows);
        const kept = keptAtCoverage(gateConfidence(gate, facts), tenths / 10);
        const bounds = keptBounds(gate, facts, kept);
        const within = rows.map((each) =>
          bounds.length > 0 &&
          bounds.every(({ measure, min, max }) => {
            const fact = measure === "area" ? each.area : each.entropy;
            return fact !== null && fact >= (min ?? 0) && fact <= (max ?? 9);
          })
            ? 1
            : 0,
        );
        expect(within).toEqual([...kept]);
      },
    ),
    { seed: 5 },
  );
});

test.each([
  [Math.fround(0.22), 0.22],
  [Math.fround(3.8918202), 3.8918202],
  [0, 0],
  [1, 1],
  [Math.fround(15 / 49), 0.30612245],
])("writes the float32 %d in its shortest form", (stored, expected) => {
  expect(shortestFloat32(stored)).toBe(expected);
  expect(Math.fround(expected)).toBe(Math.fround(stored));
});
