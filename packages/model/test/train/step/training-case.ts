import { readFileSync } from "node:fs";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { reproducibleHashes, reproducibleImage, reproducibleUniform } from "@hairline/model/testing";
import type { TrainerSettings, TrainingBatch } from "@hairline/model/train";

/** A tensor by its norm and its sums under random signs. */
export interface DescribedTensor {
  readonly norm: number;
  readonly sketch: readonly number[];
}

export interface DescribedGradient extends DescribedTensor {
  /** Relative error of PyTorch's own float32 gradient. */
  readonly float32Error: number;
}

export interface TrainingCase extends Pick<TrainerSettings, "architecture" | "stage" | "batchNorm"> {
  readonly size: number;
  readonly channels: 1 | 3;
  readonly count: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly positiveWeight: number;
  readonly losses: readonly number[];
  readonly logits: readonly number[];
  readonly gradients: Readonly<Record<string, DescribedGradient>>;
  /** What five steps changed of each tensor. */
  readonly moved: Readonly<Record<string, DescribedTensor>>;
}

/** torchvision's networks in float64, by make_training_reference.py. */
export const trainingCases = (
  JSON.parse(readFileSync(new URL("./training-reference.json", import.meta.url), "utf8")) as {
    cases: TrainingCase[];
  }
).cases;

export function settingsOf(reference: TrainingCase): TrainerSettings {
  const { architecture, stage, batchNorm, size, count, weightDecay } = reference;
  return {
    architecture,
    stage,
    batchNorm,
    preprocessing: { ...IMAGENET_PREPROCESSING, inputSize: size },
    batchSize: count,
    optimizer: { weightDecay },
  };
}

export function batchOf({ stage, size, channels, count, positiveWeight }: TrainingCase): TrainingBatch {
  const labels = Float32Array.from({ length: count }, (_, index) => (index % 3 === 0 ? 1 : 0));
  const side = Math.floor(size / 16);
  const data =
    stage === "layer4"
      ? reproducibleUniform("maps", { count: count * 256 * side * side, low: 0, high: 1.5 })
      : radiographs({ count, channels, size });
  return { count, channels, data, labels, positiveWeight };
}

/** Images with a black border, which makes ties in the pooled maximum. */
function radiographs({
  count,
  channels,
  size,
}: {
  count: number;
  channels: 1 | 3;
  size: number;
}): Uint8Array {
  const length = channels * size * size;
  const images = new Uint8Array(count * length);
  for (let index = 0; index < count; index += 1) {
    const image = reproducibleImage(`train.${index}`, { channels, size });
    for (let channel = 0; channel < channels; channel += 1)
      image.fill(0, channel * size * size, channel * size * size + Math.floor(size / 4) * size);
    images.set(image, index * length);
  }
  return images;
}

/** Estimate of |actual − expected| / |expected| from the sums under random signs. */
export function relativeError(name: string, actual: Float32Array, expected: DescribedTensor): number {
  const signs = reproducibleHashes(`${name}.sketch`, actual.length);
  const sums = new Float64Array(expected.sketch.length);
  for (let bit = 0; bit < sums.length; bit += 1) {
    let sum = 0;
    for (let index = 0; index < actual.length; index += 1)
      sum += (signs[index]! >>> bit) & 1 ? -actual[index]! : actual[index]!;
    sums[bit] = sum;
  }
  const squares = expected.sketch.map((sum, bit) => (sums[bit]! - sum) ** 2);
  const mean = squares.reduce((total, square) => total + square, 0) / squares.length;
  return Math.sqrt(mean) / expected.norm;
}
