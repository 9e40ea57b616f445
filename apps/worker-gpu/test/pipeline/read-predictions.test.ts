import type { InferenceResult } from "@hairline/model/engine";
import { describe, expect, it } from "vitest";
import { readPredictions } from "../../src/pipeline/read-predictions.ts";

const OPTIONS = { alphas: [0.5], keepEmbeddings: false };

const resultOf = (logits: number[], cams: number[][]): InferenceResult => ({
  logits: Float32Array.from(logits),
  cams: Float32Array.from(cams.flat()),
  camHeight: 1,
  camWidth: cams[0]?.length ?? 0,
  embeddings: Float32Array.from(logits.flatMap((_, row) => [row, row + 0.5])),
});

describe("readPredictions", () => {
  it("gives each image its logit, probability and CAM facts", () => {
    // logit ln 3: p = 3/4. CAM 0, 1, 2, 3: area at 0.5 counts the cells above 1.5, 2 of 4.
    const { predictions, rejections } = readPredictions(
      [7, 8],
      resultOf(
        [Math.log(3), 0],
        [
          [0, 1, 2, 3],
          [0, 0, 0, 0],
        ],
      ),
      OPTIONS,
    );
    expect(rejections).toEqual([]);
    expect(predictions).toMatchObject([
      {
        imageId: 7,
        logit: Math.fround(Math.log(3)),
        camHeight: 1,
        camWidth: 4,
        statistics: { areas: [0.5] },
      },
      {
        imageId: 8,
        logit: 0,
        probability: 0.5,
        statistics: { degenerate: true, entropy: null, areas: [null] },
      },
    ]);
    expect(predictions[0]?.probability).toBeCloseTo(0.75, 7);
    expect(predictions[0]?.cam).toEqual(Float32Array.of(0, 1, 2, 3));
    expect(predictions[0]).not.toHaveProperty("embedding");
  });

  it.each([
    // 1 / (1 + e^88) = 6.05e-39 is a float32 subnormal; e^-1000 is below the smallest one.
    [-1000, 0],
    [1000, 1],
    [-88, Math.fround(1 / (1 + Math.exp(88)))],
  ])("rounds the probability of logit %d to float32", (logit, probability) => {
    const { predictions } = readPredictions([1], resultOf([logit], [[0, 1]]), OPTIONS);
    expect(predictions[0]?.probability).toBe(probability);
  });

  it("keeps each row's embedding when asked to", () => {
    const { predictions } = readPredictions(
      [1, 2],
      resultOf(
        [0, 1],
        [
          [0, 1],
          [0, 1],
        ],
      ),
      {
        ...OPTIONS,
        keepEmbeddings: true,
      },
    );
    expect(predictions.map(({ embedding }) => embedding)).toEqual([
      Float32Array.of(0, 0.5),
      Float32Array.of(1, 1.5),
    ]);
  });

  it.each([
    [
      "a NaN logit",
      [Number.NaN, 1],
      [
        [0, 1],
        [0, 1],
      ],
    ],
    [
      "an infinite logit",
      [Number.POSITIVE_INFINITY, 1],
      [
        [0, 1],
        [0, 1],
      ],
    ],
    [
      "a NaN in its CAM",
      [0, 1],
      [
        [0, Number.NaN],
        [0, 1],
      ],
    ],
    [
      "a negative cell in its CAM",
      [0, 1],
      [
        [0, -1],
        [0, 1],
      ],
    ],
  ])("rejects an image with %s and keeps the others", (_name, logits, cams) => {
    const { predictions, rejections } = readPredictions([7, 8], resultOf(logits, cams), OPTIONS);
    expect(rejections).toMatchObject([{ imageId: 7, code: "INFERENCE_FAILED" }]);
    expect(predictions.map(({ imageId }) => imageId)).toEqual([8]);
  });
});
