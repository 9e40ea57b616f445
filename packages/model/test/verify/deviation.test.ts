import { describe, expect, test } from "vitest";
import { measureDeviation } from "@hairline/model/verify";

/** CAMs of two cells. */
const outputs = (logits: readonly number[], cams: readonly number[]) => ({
  logits: Float32Array.from(logits),
  cams: Float32Array.from(cams),
});

describe("measureDeviation", () => {
  test("takes the largest difference over the images", () => {
    // Logits: |0.5 - 0.25| / max(1, 0.5) = 0.25 and |-4 + 5| / 4 = 0.25; absolute 1.
    // CAMs: 0.25 / 2 = 0.125 and 0.5 / 1 = 0.5. Probabilities: sigma(0.5) - sigma(0.25) = 0.62246 - 0.56218.
    const deviation = measureDeviation(
      outputs([0.5, -4], [2, 1, 1, 0]),
      outputs([0.25, -5], [2, 1.25, 1, 0.5]),
    );
    expect(deviation).toMatchObject({ images: 2, logitAbsolute: 1, logitRelative: 0.25, camRelative: 0.5 });
    expect(deviation.probabilityAbsolute).toBeCloseTo(0.06028, 5);
  });

  test("measures a faint CAM on a tenth of the strongest", () => {
    // The second CAM's peak, 0.125, is less than a tenth of 4: 0.125 / 0.4 = 0.3125, not 1.
    const deviation = measureDeviation(outputs([0, 0], [4, 0, 0.125, 0]), outputs([0, 0], [4, 0, 0.25, 0]));
    expect(deviation.camRelative).toBeCloseTo(0.3125, 6);
  });

  test.each([
    ["equal outputs", [1, 2], [1, 2], 0],
    ["zero CAMs on both sides", [0, 0], [0, 0], 0],
    ["a CAM where the reference has none", [0, 0], [0, 1e-9], Infinity],
  ])("finds %s", (_, reference, candidate, expected) => {
    expect(measureDeviation(outputs([3], reference), outputs([3], candidate)).camRelative).toBe(expected);
  });
});
