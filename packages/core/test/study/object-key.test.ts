import { isHairlineError } from "@hairline/core/errors";
import { checkObjectKey, MAX_OBJECT_KEY_BYTES, parseObjectKey } from "@hairline/core/study";
import fc from "fast-check";
import { expect, test } from "vitest";
import { attempt } from "./attempt.ts";

const ROOTS = ["/data/archive", "C:/archive"];

test.each([
  ["a.png", "a.png"],
  ["a/b.png", "a/b.png"],
  ["./a//b.png", "a/b.png"],
  ["a/../b.png", "b.png"],
  ["a\\b.png", "a/b.png"],
  ["  a b.png ", "a b.png"],
  ["..a/b..png", "..a/b..png"],
  ["/data/archive/a.png", "a.png"],
  ["/data/archive/x/../a.png", "a.png"],
  ["C:\\archive\\a.png", "a.png"],
  ["Röntgen/ß.png", "Röntgen/ß.png"],
  [`${"a".repeat(MAX_OBJECT_KEY_BYTES - 4)}.png`, `${"a".repeat(MAX_OBJECT_KEY_BYTES - 4)}.png`],
])("%j is the key %j", (path, key) => {
  expect(parseObjectKey(path, ROOTS)).toBe(key);
});

test.each([
  ["../a.png", "PATH_OUTSIDE_ROOT"],
  ["a/../../b.png", "PATH_OUTSIDE_ROOT"],
  ["a\\..\\..\\b.png", "PATH_OUTSIDE_ROOT"],
  ["/etc/passwd", "PATH_OUTSIDE_ROOT"],
  ["/data/archive/../archive2/a.png", "PATH_OUTSIDE_ROOT"],
  ["/data/archive2/a.png", "PATH_OUTSIDE_ROOT"],
  ["/../a.png", "PATH_OUTSIDE_ROOT"],
  ["D:/archive/a.png", "PATH_OUTSIDE_ROOT"],
  ["//server/share/a.png", "PATH_OUTSIDE_ROOT"],
  ["", "ROW_INVALID"],
  ["   ", "ROW_INVALID"],
  [".", "ROW_INVALID"],
  ["a/..", "ROW_INVALID"],
  ["/data/archive", "ROW_INVALID"],
  ["a\0.png", "ROW_INVALID"],
  ["a\nb.png", "ROW_INVALID"],
  ["a\u007F.png", "ROW_INVALID"],
  ["s3://bucket/a.png", "ROW_INVALID"],
  ["b\uFFFD.png", "ROW_INVALID"],
  // 512 two-byte letters and ".png": 1,028 bytes in 516 characters
  [`${"ß".repeat(512)}.png`, "ROW_INVALID"],
])("%j is refused as %s", (path, code) => {
  expect(() => parseObjectKey(path, ROOTS)).toThrowError(expect.objectContaining({ code }));
});

test("a key never leads out of the root, whatever the path", () => {
  const part = fc.constantFrom("..", ".", "", "a", "b.png", "/", "\\", "data", "archive", "C:");
  const path = fc.oneof(
    fc.array(part, { maxLength: 8 }).map((parts) => parts.join("/")),
    fc.string({ unit: "binary" }),
  );
  fc.assert(
    fc.property(path, (text) => {
      const { value: key = "refused", error } = attempt(() => parseObjectKey(text, ROOTS));
      expect(error === undefined || isHairlineError(error)).toBe(true);
      const parts = key.split("/");
      expect(parts.some((name) => name === "" || name === "." || name === "..")).toBe(false);
      expect(checkObjectKey(key)).toBe(key);
    }),
  );
});

test("a file's name with a backslash is no key, since a key would read it as a folder", () => {
  expect(() => checkObjectKey("a\\b.png")).toThrowError(expect.objectContaining({ code: "ROW_INVALID" }));
});
