import { reproducibleImage, reproducibleUniform } from "@hairline/model/testing";
import { storedMapShape, type TrainerSettings, type TrainingBatch } from "@hairline/model/train";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";

/** One setting that is timed. */
export interface TrainCase {
  readonly stage: "full" | "layer4";
  readonly batchNorm: "frozen" | "batch";
  readonly batch: number;
  readonly side: number;
  /** Least ratio to PyTorch that is asked for; null where none is. */
  readonly target: number | null;
}

export const TRAIN_CASES: readonly TrainCase[] = [
  { stage: "full", batchNorm: "frozen", batch: 16, side: 224, target: 0.75 },
  { stage: "full", batchNorm: "frozen", batch: 32, side: 224, target: 0.75 },
  { stage: "full", batchNorm: "batch", batch: 32, side: 224, target: null },
  { stage: "layer4", batchNorm: "frozen", batch: 32, side: 224, target: null },
];

export function nameOf({ stage, batchNorm, batch, side }: TrainCase): string {
  const norm = batchNorm === "frozen" ? "frozen batch norm" : "batch statistics";
  return `${stage} at ${side} px, ${norm}, batch ${batch}`;
}

export function settingsOf({ stage, batchNorm, batch, side }: TrainCase): TrainerSettings {
  return {
    architecture: "resnet18",
    stage,
    batchNorm,
    preprocessing: { ...IMAGENET_PREPROCESSING, inputSize: side },
    batchSize: batch,
    optimizer: { weightDecay: 1e-4 },
  };
}

export function batchOf({ stage, batch, side }: TrainCase): TrainingBatch {
  const labels = Float32Array.from({ length: batch }, (_, index) => (index % 3 === 0 ? 1 : 0));
  const length = storedMapShape(side).reduce((product, size) => product * size, 1);
  const data =
    stage === "layer4"
      ? reproducibleUniform("maps", { count: batch * length, low: 0, high: 1.5 })
      : Buffer.concat(
          Array.from({ length: batch }, (_, index) =>
            reproducibleImage(`bench.${index}`, { channels: 1, size: side }),
          ),
        );
  return {
    count: batch,
    channels: 1,
    data: data instanceof Buffer ? new Uint8Array(data) : data,
    labels,
    positiveWeight: 2,
  };
}
