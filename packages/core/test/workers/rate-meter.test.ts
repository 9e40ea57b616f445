import { RateMeter } from "@hairline/core/workers";
import { expect, test } from "vitest";

/** A clock that shows what it is set to. */
function clock() {
  let atMs = 1_000;
  return { nowMs: () => atMs, pass: (ms: number) => (atMs += ms) };
}

test("measures each interval by itself", () => {
  const { nowMs, pass } = clock();
  const meter = new RateMeter(0, nowMs);
  pass(5_000);
  // 400 images in 5 s.
  expect(meter.read(400)).toBe(80);
  pass(2_000);
  // 10 more in 2 s, not 410 in 7.
  expect(meter.read(410)).toBe(5);
  pass(5_000);
  expect(meter.read(410)).toBe(0);
});

test("starts from the count it is given", () => {
  const { nowMs, pass } = clock();
  const meter = new RateMeter(100, nowMs);
  pass(500);
  expect(meter.read(150)).toBe(100);
});

test("says nothing of an interval without length, and counts its images in the next", () => {
  const { nowMs, pass } = clock();
  const meter = new RateMeter(0, nowMs);
  expect(meter.read(7)).toBeNull();
  pass(1_000);
  expect(meter.read(8)).toBe(8);
});
