import { expect, test } from "vitest";
import { hasExactInt8 } from "@hairline/model/engine";

test.each([
  ["x64", "flags\t\t: fpu avx2 avx512_vnni sse", true],
  ["x64", "flags\t\t: fpu avx_vnni", true],
  ["x64", "flags\t\t: fpu avx2 avx512f", false],
  ["x64", "model name : avx_vnni\nflags\t\t: fpu", false],
  ["x64", "", false],
  ["arm64", "", true],
  ["riscv64", "flags : avx_vnni", false],
])("on %s with %j, 8-bit products are exact: %s", (architecture, features, expected) => {
  expect(hasExactInt8(architecture, () => features)).toBe(expected);
});

test("says no where the features cannot be read", () => {
  const unreadable = (): never => {
    throw new Error("no /proc");
  };
  expect(hasExactInt8("x64", unreadable)).toBe(false);
});
