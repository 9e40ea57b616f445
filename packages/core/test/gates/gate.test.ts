import { expect, test } from "vitest";
import { ablationGates, formatGate, parseGate } from "../../src/gates/index.ts";

test.each([
  ["entropy", { measure: "entropy", direction: "at_most", alpha: null }],
  ["entropy_normalized:inverted", { measure: "entropy_normalized", direction: "inverted", alpha: null }],
  ["area@0.3:two-sided", { measure: "area", direction: "two_sided", alpha: 0.3 }],
  ["both@0.7", { measure: "both", direction: "at_most", alpha: 0.7 }],
  ["degenerate", { measure: "degenerate", direction: "at_most", alpha: null }],
])("reads and writes %s", (name, gate) => {
  expect(parseGate(name, 0.5)).toEqual(gate);
  expect(formatGate(parseGate(name, 0.5))).toBe(name);
});

test("gives an area named without an alpha the default one", () => {
  expect(formatGate(parseGate("area:inverted", 0.4))).toBe("area@0.4:inverted");
});

test.each([
  "",
  "entropy@0.5",
  "area@1",
  "area@x",
  "both@0.5:two-sided",
  "degenerate:inverted",
  "entropy:up",
  "Entropy",
])("refuses %j", (name) => {
  expect(() => parseGate(name, 0.5)).toThrow(
    expect.objectContaining({ code: "BAD_ARGUMENT", field: "gate" }),
  );
});

test("ablates every measure, each way, at every alpha, without repeating a gate", () => {
  const names = ablationGates([0.3, 0.5], 0.5).map(formatGate);
  expect(names).toEqual([
    "degenerate",
    "entropy",
    "entropy_normalized",
    "area@0.3",
    "area@0.5",
    "both@0.3",
    "both@0.5",
    "entropy:inverted",
    "area@0.5:inverted",
    "both@0.5:inverted",
    "entropy:two-sided",
    "area@0.5:two-sided",
  ]);
});
