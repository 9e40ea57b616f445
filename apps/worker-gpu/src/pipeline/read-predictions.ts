import { HairlineError, toHairlineError } from "@hairline/core/errors";
import { camStatistics } from "@hairline/core/explain";
import type { InferenceResult } from "@hairline/model/engine";
import type { Prediction, Rejection, ShardOutcome } from "./image-outcome.ts";

export interface ReadOptions {
  readonly alphas: readonly number[];
  readonly keepEmbeddings: boolean;
}

/**
 * The facts of each image of a batch. An image for which the network gave no usable number is rejected with
 * INFERENCE_FAILED; the others of its batch are kept.
 */
export function readPredictions(
  imageIds: readonly number[],
  result: InferenceResult,
  options: ReadOptions,
): ShardOutcome {
  const predictions: Prediction[] = [];
  const rejections: Rejection[] = [];
  for (const [row, imageId] of imageIds.entries()) {
    try {
      predictions.push(readPrediction({ imageId, row, result, ...options }));
    } catch (error) {
      const { code, message } = toHairlineError(error);
      if (code !== "INFERENCE_FAILED") throw error;
      rejections.push({ imageId, code, message });
    }
  }
  return { predictions, rejections };
}

interface RowOptions extends ReadOptions {
  readonly imageId: number;
  readonly row: number;
  readonly result: InferenceResult;
}

function readPrediction({ imageId, row, result, alphas, keepEmbeddings }: RowOptions): Prediction {
  const logit = result.logits[row];
  if (logit === undefined || !Number.isFinite(logit)) {
    throw new HairlineError("INFERENCE_FAILED", `The logit is ${logit}.`, { field: "logit" });
  }
  const cam = rowOf(result.cams, row, result.logits.length);
  const prediction = {
    imageId,
    logit,
    probability: Math.fround(1 / (1 + Math.exp(-logit))),
    statistics: camStatistics(cam, alphas),
    cam,
    camHeight: result.camHeight,
    camWidth: result.camWidth,
  };
  if (!keepEmbeddings) return prediction;
  return { ...prediction, embedding: rowOf(result.embeddings, row, result.logits.length) };
}

/** A copy, so that a kept row does not keep its whole batch in memory. */
function rowOf(values: Float32Array, row: number, rows: number): Float32Array {
  const length = values.length / rows;
  return values.slice(row * length, (row + 1) * length);
}
