import type { InferenceResult } from "../engine/inference-engine.ts";

/** Largest differences of an engine from the reference, over all images compared. */
export interface Deviation {
  readonly images: number;
  /** |difference| of logits. */
  readonly logitAbsolute: number;
  /** |difference| / max(1, |reference logit|): below 1 a logit's own size says nothing of the probability's error. */
  readonly logitRelative: number;
  /** |difference| of a cell over the largest cell of the image's reference CAM, or a tenth of the strongest CAM's. */
  readonly camRelative: number;
  /** |difference| of probabilities; a quarter of the logit's at most. */
  readonly probabilityAbsolute: number;
}

/** Logits and CAMs of all images, in order. */
export type ComparedOutputs = Pick<InferenceResult, "logits" | "cams">;

/**
 * CAMs weaker than this share of the strongest one are measured on that: a network that sees nothing leaves rounding
 * errors, whose ratio to each other says nothing. (int8, 256 radiographs: the five largest ratios, 0.12 to 0.64, are
 * those of CAMs below a tenth, at probabilities of 0.19 to 0.33; all others stay under 0.08.)
 */
const FAINT_CAM = 0.1;

/** @param reference finite, as every engine's results are */
export function measureDeviation(reference: ComparedOutputs, candidate: ComparedOutputs): Deviation {
  const images = reference.logits.length;
  const cells = reference.cams.length / images;
  const floor = FAINT_CAM * peak(reference.cams);
  let [logitAbsolute, logitRelative, camRelative, probabilityAbsolute] = [0, 0, 0, 0];
  reference.logits.forEach((logit, image) => {
    const other = candidate.logits[image] ?? Number.NaN;
    const difference = Math.abs(other - logit);
    logitAbsolute = Math.max(logitAbsolute, difference);
    logitRelative = Math.max(logitRelative, difference / Math.max(1, Math.abs(logit)));
    probabilityAbsolute = Math.max(probabilityAbsolute, Math.abs(logistic(other) - logistic(logit)));
    const [start, end] = [image * cells, (image + 1) * cells];
    const cam = reference.cams.subarray(start, end);
    const error = largestDifference(cam, candidate.cams.subarray(start, end));
    // 0 / 0 is no deviation: both are flat zero.
    if (error > 0) camRelative = Math.max(camRelative, error / Math.max(peak(cam), floor));
  });
  return { images, logitAbsolute, logitRelative, camRelative, probabilityAbsolute };
}

function peak(cam: Float32Array): number {
  return cam.reduce((most, value) => Math.max(most, value), 0);
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? Number.NaN))), 0);
}

function logistic(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}
