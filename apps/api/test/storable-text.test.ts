import { describe, expect, it } from "vitest";
import { hasUnstorableText } from "../src/plugins/storable-text.ts";

describe("texts that PostgreSQL cannot hold", () => {
  it.each([
    ["a NUL", "a\0b"],
    ["half a surrogate pair", { note: "\ud83d" }],
    ["the other half, in a list", [[1, ["\udc69"]]]],
    ["a NUL in the name of a field", { "\0": 1 }],
    ["a NUL below 100,000 lists", deep("\0")],
  ])("are found: %s", (_name, given) => {
    expect(hasUnstorableText(given)).toBe(true);
  });

  it.each([
    ["a whole pair", "👩🏽‍⚕️"],
    ["other control characters", "\u0001\r\n\u202e"],
    ["no text", [undefined, null, 1, true, {}]],
    ["100,000 lists", deep("x")],
  ])("are not seen in %s", (_name, given) => {
    expect(hasUnstorableText(given)).toBe(false);
  });
});

function deep(inner: unknown): unknown {
  let value = inner;
  for (let depth = 0; depth < 100_000; depth += 1) value = [value];
  return value;
}
