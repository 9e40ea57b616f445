import fc from "fast-check";
import { expect, test } from "vitest";
import { formatPolicy, parsePolicy } from "../../src/triage/index.ts";

test("reads the fields in any order and with spaces", () => {
  const policy = { pLow: 0.22, entropyMax: 1.5, areaMax: 0.3, alpha: 0.5 };
  expect(parsePolicy("p_low=0.22,entropy_max=1.5,area_max=0.3,alpha=0.5")).toEqual(policy);
  expect(parsePolicy(" alpha = .5 , area_max=0.30,entropy_max=1.5,p_low=0.22")).toEqual(policy);
});

test("leaves a gate out for none, and the area gate when it is not named", () => {
  expect(parsePolicy("p_low=0,entropy_max=3")).toMatchObject({ areaMax: null });
  expect(parsePolicy("p_low=1,entropy_max=none,area_max=none,alpha=0.3")).toEqual({
    pLow: 1,
    entropyMax: null,
    areaMax: null,
    alpha: 0.3,
  });
});

test.each([
  ["p_low=NaN,entropy_max=1", "p_low"],
  ["p_low=,entropy_max=1", "p_low"],
  ["p_low,entropy_max=1", "p_low"],
  ["p_low=none,entropy_max=1", "p_low"],
  ["p_low=1.0001,entropy_max=1", "p_low"],
  ["p_low=-0.1,entropy_max=1", "p_low"],
  ["p_low=0x1,entropy_max=1", "p_low"],
  ["p_low=1e-3,entropy_max=1", "p_low"],
  ["p_low=0.2,p_low=0.3,entropy_max=1", "p_low"],
  ["entropy_max=1", "p_low"],
  ["p_low=0.2", "entropy_max"],
  ["p_low=0.2,entropy_max=Infinity", "entropy_max"],
  ["p_low=0.2,entropy_max=1,area_max=1.1,alpha=0.5", "area_max"],
  ["p_low=0.2,entropy_max=1,area_max=0.1", "alpha"],
  ["p_low=0.2,entropy_max=1,area_max=0.1,alpha=1", "alpha"],
  ["p_low=0.2,entropy_max=1,area_max=0.1,alpha=none", "alpha"],
  ["p_low=0.2,entropy_max=1,p_high=0.9", "p_high"],
  ["p_low=0.2,entropy_max=1,", ""],
  ["", ""],
])("refuses %j, naming the field %j", (text, field) => {
  expect(() => parsePolicy(text)).toThrow(expect.objectContaining({ code: "BAD_THRESHOLD", field }));
});

test("writes a policy so that it reads back the same", () => {
  const decimal = fc.integer({ min: 0, max: 999_999_999 }).map((units) => units / 1e9);
  const nats = fc.integer({ min: 0, max: 4_000_000_000 }).map((units) => units / 1e9);
  const policies = fc.record({
    pLow: decimal,
    entropyMax: fc.option(nats),
    areaMax: fc.option(decimal),
    alpha: decimal,
  });
  fc.assert(
    fc.property(policies, (policy) => {
      expect(parsePolicy(formatPolicy(policy))).toEqual(policy);
    }),
  );
  expect(formatPolicy({ pLow: 1e-7, entropyMax: null, areaMax: null, alpha: 0.5 })).toBe(
    "p_low=0.0000001,entropy_max=none,area_max=none,alpha=0.5",
  );
});
