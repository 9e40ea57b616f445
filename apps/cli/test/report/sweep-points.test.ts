import type { SweepResult } from "@hairline/core/readings";
import { describe, expect, it } from "vitest";
import { evenlySpaced, sweepPoints } from "../../src/report/sweep-points.ts";

/** A sweep over p_low alone; counts as [tp, fp, tn, fn, inconclusive]. */
function sweepOf(counts: readonly (readonly number[])[]): SweepResult {
  const column = (at: number): Uint32Array => Uint32Array.from(counts, (row) => row[at] ?? 0);
  return {
    scope: { datasetId: 1, dataset: "archive", modelId: 1, model: "scorer", alphas: [] },
    grid: {
      pLow: counts.map((_, at) => at / counts.length),
      entropyMax: [null],
      areaMax: [null],
      alpha: [0.5],
    },
    configs: counts.length,
    counts: { tp: column(0), fp: column(1), tn: column(2), fn: column(3), inconclusive: column(4) },
    labelled: { positive: 0, negative: 0 },
    unlabelled: 0,
    rocAuc: null,
    alphaSource: ["unused"],
  };
}

describe("sweepPoints", () => {
  it("keeps the first config of each place on the plot and leaves out those that decide nothing", () => {
    const points = sweepPoints(
      sweepOf([
        [2, 1, 1, 0, 0],
        [1, 0, 2, 1, 0],
        [0, 0, 0, 0, 4],
        [1, 1, 0, 0, 2],
      ]),
    );
    // The second also decides all and errs on one of four.
    expect(points.map(({ policy }) => policy.pLow)).toEqual([0, 0.75]);
    expect(points[1]?.counts).toEqual({ tp: 1, fp: 1, tn: 0, fn: 0, inconclusive: 2 });
  });

  it("draws at most 3,000 of however many lie apart", () => {
    // Coverage from 1/400 to 1 in 400 steps, at 20 errors each.
    const counts = Array.from({ length: 8000 }, (_, at) => {
      const decided = 20 * (1 + (at % 400));
      const wrong = Math.round((decided * Math.floor(at / 400)) / 20);
      return [decided - wrong, wrong, 0, 0, 8000 - decided];
    });
    const points = sweepPoints(sweepOf(counts));
    expect(points).toHaveLength(3000);
    expect(points[0]?.policy.pLow).toBe(0);
  });
});

describe("evenlySpaced", () => {
  it.each([
    [5, 5, [0, 1, 2, 3, 4]],
    [5, 3, [0, 2, 4]],
    [10, 4, [0, 3, 6, 9]],
    [0, 3, []],
  ])("of %i items takes %i with both ends", (count, limit, expected) => {
    expect(
      evenlySpaced(
        Array.from({ length: count }, (_, at) => at),
        limit,
      ),
    ).toEqual(expected);
  });
});
