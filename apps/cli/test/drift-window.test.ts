import { expect, test } from "vitest";
import { parseWindow } from "../src/drift-window.ts";

test.each([
  ["all", []],
  ["split=train+valid", [["split", "train+valid"]]],
  [
    "from=2026-01-01, before=2026-02-01T12:00Z",
    [
      ["from", "2026-01-01"],
      ["before", "2026-02-01T12:00Z"],
    ],
  ],
  ["certificate=3", [["certificate", "3"]]],
])("reads the window %s", (text, conditions) => {
  expect([...parseWindow("--current", text)]).toEqual(conditions);
});

test.each([
  "",
  "split",
  "split=",
  "=train",
  "colour=blue",
  "split=a,split=b",
  "certificate=3,split=a",
  "all,split=a",
])("refuses the window %j", (text) => {
  expect(() => parseWindow("--current", text)).toThrow(
    expect.objectContaining({ code: "BAD_ARGUMENT", field: "--current" }),
  );
});
