import { allows, SCOPES, type Scope } from "@hairline/core/access";
import { expect, it } from "vitest";

it.each([
  ["read", ["read"]],
  ["score", ["read", "score"]],
  ["review", ["read", "review"]],
  ["admin", ["read", "score", "review", "admin"]],
] as const)("%s allows exactly what it implies", (granted, expected) => {
  const allowed = SCOPES.filter((needed: Scope) => allows([granted], needed));
  expect(allowed).toEqual(expected);
});

it("no scope allows nothing", () => {
  expect(SCOPES.filter((needed) => allows([], needed))).toEqual([]);
});
