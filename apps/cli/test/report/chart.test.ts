import { describe, expect, it } from "vitest";
import { axisFromZero, scalesOf, ticks, tickStep } from "../../src/report/chart.ts";

describe("ticks", () => {
  it.each([
    [{ from: 0, to: 1 }, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [{ from: 0, to: 1 }, 10, [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]],
    // Steps of 0.1: the first round value at or above 3.375 is 3.4.
    [{ from: 3.375, to: 3.775 }, 6, [3.4, 3.5, 3.6, 3.7]],
    [{ from: 0, to: 7_000 }, 4, [0, 2000, 4000, 6000]],
    [{ from: 0, to: 0.05 }, 6, [0, 0.01, 0.02, 0.03, 0.04, 0.05]],
  ])("of %o, at most %i steps, are round", (axis, most, expected) => {
    expect(ticks(axis, most)).toEqual(expected);
  });

  it.each([
    [1, 1, 1],
    [1.01, 1, 2],
    [2.3, 1, 5],
    [6, 1, 10],
    [0.03, 3, 0.01],
  ])("step over 0 to %d in %d steps by %d", (to, most, step) => {
    expect(tickStep({ from: 0, to }, most)).toBeCloseTo(step, 12);
  });
});

it("ends an axis at the first round value that holds the most", () => {
  expect(axisFromZero(0.53, 6)).toEqual({ from: 0, to: 0.6 });
  expect(axisFromZero(0.6, 6)).toEqual({ from: 0, to: 0.6 });
  expect(axisFromZero(15, 3)).toEqual({ from: 0, to: 15 });
});

it("scales the corners of the axes to the corners of the drawing area", () => {
  const frame = { width: 200, height: 100, left: 40, right: 10, top: 5, bottom: 20 };
  const { x, y } = scalesOf(frame, { x: { from: 0, to: 1 }, y: { from: 0, to: 10 } });
  expect([x(0), x(1), y(0), y(10)]).toEqual([40, 190, 80, 5]);
});
