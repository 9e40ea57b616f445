import { describe, expect, it } from "vitest";
import { curveAt, curvePoints, LabelledScores } from "../../src/report/labelled-scores.ts";

function scores(rows: readonly (readonly [probability: number, label: 0 | 1 | null])[]): LabelledScores {
  const collected = new LabelledScores();
  for (const [at, [probability, label]] of rows.entries()) {
    collected.add({ probability, label, cluster: Math.floor(at / 2) });
  }
  return collected;
}

describe("LabelledScores", () => {
  const collected = scores([
    [0.1, 0],
    [0.2, 1],
    [0.22, 0],
    [0.5, 1],
    [0.9, 1],
    [0.7, null],
  ]);

  it("leaves unlabelled images out", () => {
    expect(collected.counts).toEqual({ positive: 3, negative: 2 });
  });

  it("gives the ROC area with the number of patients", () => {
    // Of 3 x 2 pairs the fracture at 0.2 loses to the other at 0.22: 5 of 6.
    expect(collected.rocAuc()).toMatchObject({ value: 5 / 6, confidence: 0.95, patients: 3 });
  });

  it("has no ROC area with one class or none", () => {
    expect(scores([[0.3, 1]]).rocAuc()).toBeNull();
    expect(scores([]).rocAuc()).toBeNull();
  });

  it("keeps p_low and moves a second threshold: negatives first, then by falling probability", () => {
    // p_low 0.22 calls 0.1 (right) and 0.2 (wrong) negative: 2 of 5 decided, 1 wrong. Then 0.9 and 0.5, both right,
    // and 0.22 itself, which is not below p_low and wrong as a positive.
    const points = curvePoints(collected.probabilityOnly(0.22));
    const expected = [
      [2 / 5, 1 / 2],
      [3 / 5, 1 / 3],
      [4 / 5, 1 / 4],
      [1, 2 / 5],
    ];
    expect(points).toHaveLength(expected.length);
    for (const [at, [coverage, risk]] of expected.entries()) {
      expect(points[at]?.coverage).toBeCloseTo(coverage ?? 0, 12);
      expect(points[at]?.risk).toBeCloseTo(risk ?? 0, 12);
    }
  });

  it("reads the curve where it first covers as much", () => {
    const curve = collected.probabilityOnly(0.22);
    expect(curveAt(curve, 0.5)).toEqual({ coverage: 3 / 5, risk: expect.closeTo(1 / 3, 12) as number });
    expect(curveAt(curve, 0)).toBeNull();
    expect(curveAt(curve, null)).toBeNull();
    expect(curveAt(scores([]).probabilityOnly(0.2), 0.5)).toBeNull();
  });

  it("thins a long curve and keeps its ends", () => {
    const long = scores(
      Array.from({ length: 1000 }, (_, at) => [(at + 0.5) / 1000, at % 2 === 0 ? 1 : 0] as const),
    );
    const points = curvePoints(long.probabilityOnly(0));
    expect(points).toHaveLength(300);
    expect(points[0]?.coverage).toBeCloseTo(0.001, 12);
    expect(points.at(-1)?.coverage).toBe(1);
  });
});
