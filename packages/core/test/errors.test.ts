import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ERROR_CODES, HairlineError, toHairlineError } from "../src/errors.ts";

const page = readFileSync(new URL("../../../docs/ERRORS.md", import.meta.url), "utf8");

describe("docs/ERRORS.md", () => {
  it("has one row for every code, in the order of the code, and no other", () => {
    const listed = [...page.matchAll(/^\| `([A-Z_]+)`/gm)].map((match) => match[1]);
    expect(listed).toEqual([...ERROR_CODES]);
  });

  it("says when each code occurs and what to do", () => {
    const rows = page.split("\n").filter((line) => line.startsWith("| `"));
    for (const row of rows)
      expect(
        row
          .split("|")
          .slice(2, 4)
          .map((cell) => cell.trim()),
      ).not.toContain("");
  });
});

describe("toHairlineError", () => {
  it("keeps a coded error as it is", () => {
    const error = new HairlineError("IMAGE_EMPTY", "no bytes");
    expect(toHairlineError(error)).toBe(error);
  });

  it("wraps anything else as INTERNAL and keeps the cause", () => {
    const cause = new TypeError("x is not a function");
    expect(toHairlineError(cause)).toMatchObject({ code: "INTERNAL", message: cause.message, cause });
    expect(toHairlineError("text")).toMatchObject({ code: "INTERNAL", message: "text" });
  });
});
