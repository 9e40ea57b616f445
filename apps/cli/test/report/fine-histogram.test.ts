import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FineHistogram } from "../../src/report/fine-histogram.ts";

describe("FineHistogram", () => {
  it("puts a value on a bin's edge into the bin it starts, and the limit into the last", () => {
    const histogram = new FineHistogram({ width: 0.1, limit: 1 });
    // 3 x 0.1 is 0.30000000000000004, above 0.3.
    for (const value of [0, 0.3, 0.7, 1, 1.5]) histogram.add(value, 1);
    const { positive, from, to } = histogram.whole();
    expect([from, to]).toEqual([0, 1]);
    expect(positive).toEqual([1, 0, 0, 1, 0, 0, 0, 1, 0, 2]);
  });

  it("keeps labels apart and counts what has no value", () => {
    const histogram = new FineHistogram({ width: 0.5, limit: 1 });
    histogram.add(0.1, 0);
    histogram.add(0.6, null);
    histogram.add(null, 1);
    expect(histogram.whole()).toEqual({
      from: 0,
      to: 1,
      negative: [1, 0],
      positive: [0, 0],
      unlabelled: [0, 1],
      missing: 1,
    });
  });

  it("draws the occupied range, widened to hold a threshold", () => {
    const histogram = new FineHistogram({ width: 0.25, limit: 10 });
    histogram.add(2.1, 1);
    histogram.add(2.6, 0);
    // Bins of 0.25: 2.1 lies in [2, 2.25), 2.6 in [2.5, 2.75).
    expect(histogram.occupied()).toMatchObject({
      from: 2,
      to: 2.75,
      positive: [1, 0, 0],
      negative: [0, 0, 1],
    });
    expect(histogram.occupied([3.3])).toMatchObject({ from: 2, to: 3.5 });
    // Out of the range that is counted: no widening.
    expect(histogram.occupied([30])).toMatchObject({ from: 2, to: 2.75 });
  });

  it("draws one empty bin where nothing has a value", () => {
    const histogram = new FineHistogram({ width: 0.025, limit: 10 });
    histogram.add(null, null);
    expect(histogram.occupied()).toMatchObject({ from: 0, to: 0.025, negative: [0], missing: 1 });
  });

  it("loses no value and draws at most 32 bins, whatever the values", () => {
    const values = fc.array(
      fc.tuple(fc.double({ min: 0, max: 12, noNaN: true }), fc.constantFrom(0, 1, null)),
    );
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 12, noNaN: true }), (given, mark) => {
        const histogram = new FineHistogram({ width: 0.025, limit: 10 });
        for (const [value, label] of given) histogram.add(value, label);
        const { negative, positive, unlabelled, from, to } = histogram.occupied([mark]);
        const all = [...negative, ...positive, ...unlabelled];
        expect(all.reduce((sum, count) => sum + count, 0)).toBe(given.length);
        expect(negative.length).toBeLessThanOrEqual(32);
        expect(from).toBeLessThan(to);
      }),
    );
  });
});
