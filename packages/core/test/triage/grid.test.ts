import { expect, test } from "vitest";
import {
  configAt,
  configCount,
  MAX_CONFIGS,
  parseGridAxis,
  parseSweepGrid,
  repeatsEarlierAlpha,
} from "../../src/triage/index.ts";

test.each([
  ["0.18:0.26:0.02", [0.18, 0.2, 0.22, 0.24, 0.26]],
  ["0.1:0.3:0.1", [0.1, 0.2, 0.3]],
  ["0:1:0.4", [0, 0.4, 0.8]],
  ["0.5:0.5:0.1", [0.5]],
  ["0.30, 0.25,0.25", [0.3, 0.25, 0.25]],
  [".9,0.1:0.2:.05", [0.9, 0.1, 0.15, 0.2]],
])("steps %s in exact decimals", (text, values) => {
  expect(parseGridAxis("p_low", text)).toEqual(values);
});

test("takes none for the gates that can be left out", () => {
  expect(parseGridAxis("area_max", "none,0.30,0.25")).toEqual([null, 0.3, 0.25]);
  expect(parseGridAxis("entropy_max", "2.2:3.0:0.4,none")).toEqual([2.2, 2.6, 3, null]);
});

test.each([
  ["p_low", "none"],
  ["p_low", ""],
  ["p_low", "0.1,,0.2"],
  ["p_low", "0.9:1.1:0.1"],
  ["p_low", "0.3:0.1:0.1"],
  ["p_low", "0.1:0.3:0"],
  ["p_low", "0.1:0.3:-0.1"],
  ["p_low", "0.1:0.3"],
  ["p_low", "0.1:0.3:0.1:0.1"],
  ["p_low", "NaN"],
  ["area_max", "none:1:0.1"],
  ["alpha", "0.5:1:0.1"],
] as const)("refuses %s %j", (field, text) => {
  // The overloads take the optional fields and the others apart.
  expect(() => parseGridAxis(field as "p_low", text)).toThrow(
    expect.objectContaining({ code: "BAD_THRESHOLD", field }),
  );
});

test("refuses more configs than can be held, before making them", () => {
  expect(() => parseGridAxis("p_low", "0:1:0.000000000000001")).toThrow(
    expect.objectContaining({ code: "BAD_ARGUMENT" }),
  );
  const text = { pLow: "0:1:0.001", entropyMax: "0:4:0.01", areaMax: "0:1:0.05", alpha: "0.3" };
  expect(1001 * 401 * 21).toBeGreaterThan(MAX_CONFIGS);
  expect(() => parseSweepGrid(text)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
});

test("refuses an empty axis and values out of range in a grid made by code", () => {
  const grid = { pLow: [0.5], entropyMax: [1], areaMax: [null], alpha: [0.5] };
  expect(configCount(grid)).toBe(1);
  for (const [field, broken] of [
    ["p_low", { ...grid, pLow: [] }],
    ["entropy_max", { ...grid, entropyMax: [Number.NaN] }],
    ["area_max", { ...grid, areaMax: [2] }],
    ["alpha", { ...grid, alpha: [1] }],
  ] as const) {
    expect(() => configCount(broken)).toThrow(expect.objectContaining({ code: "BAD_THRESHOLD", field }));
  }
});

test("numbers the configs with alpha varying fastest, then area_max, entropy_max, p_low", () => {
  const grid = { pLow: [0.1, 0.2], entropyMax: [1, null, 2], areaMax: [null, 0.3], alpha: [0.4, 0.5] };
  const configs = Array.from({ length: configCount(grid) }, (_, index) => configAt(grid, index));
  const nested = grid.pLow.flatMap((pLow) =>
    grid.entropyMax.flatMap((entropyMax) =>
      grid.areaMax.flatMap((areaMax) => grid.alpha.map((alpha) => ({ pLow, entropyMax, areaMax, alpha }))),
    ),
  );
  expect(configs).toEqual(nested);
  const repeats = nested.flatMap((_, index) => (repeatsEarlierAlpha(grid, index) ? [index] : []));
  // Of each four configs (area none and 0.3, alpha 0.4 and 0.5) the second leaves the area gate out again.
  expect(repeats).toEqual([1, 5, 9, 13, 17, 21]);
  expect(() => configAt(grid, 24)).toThrow(expect.objectContaining({ code: "BAD_SHAPE" }));
});
