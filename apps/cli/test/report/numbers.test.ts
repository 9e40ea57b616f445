import { expect, test } from "vitest";
import { brief, counted, decimal, percent } from "../../src/report/numbers.ts";

test.each([
  [0, "0"],
  [9000, "9,000"],
  [20_000, "20k"],
  [150_000, "150k"],
  [1_500_000, "1.5M"],
  [30_000_000, "30M"],
])("writes %d briefly as %s", (value, text) => {
  expect(brief(value)).toBe(text);
});

test("writes shares, decimals and counts, and a dash for what is undefined", () => {
  expect([percent(0.1234), percent(1), percent(null)]).toEqual(["12.3\u00A0%", "100.0\u00A0%", "–"]);
  expect([decimal(0.12345), decimal(null)]).toEqual(["0.123", "–"]);
  expect([counted(1, "image"), counted(0, "image"), counted(1200, "image")]).toEqual([
    "1 image",
    "0 images",
    "1,200 images",
  ]);
});
