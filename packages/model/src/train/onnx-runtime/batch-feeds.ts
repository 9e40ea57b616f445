import type { Tensor } from "onnxruntime-node";
import type { Runtime } from "../../engine/onnx-runtime/load-runtime.ts";
import { GRAPH_INPUT } from "../../resnet/graph-interface.ts";
import { TRAINING_INPUTS } from "../step/graph-names.ts";
import { storedMapShape } from "../../resnet/architecture.ts";
import type { TrainingGraphOptions } from "../step/training-graph.ts";

export interface BatchFeedsOptions extends Pick<TrainingGraphOptions, "count" | "stage" | "preprocessing"> {
  readonly data: Uint8Array | Float32Array;
  readonly channels: 1 | 3;
  readonly labels: Float32Array;
  /** What each image counts. */
  readonly weight: number;
  readonly positiveWeight: number;
}

/** A batch as the training graph takes it; fewer images than its count are filled up with images of weight 0. */
export function batchFeeds(
  { Tensor: OrtTensor }: Runtime,
  options: BatchFeedsOptions,
): Record<string, Tensor> {
  const { count: capacity, stage, preprocessing, data, channels, labels, weight, positiveWeight } = options;
  const { inputSize } = preprocessing;
  const count = labels.length;
  const column = (values: Float32Array) =>
    new OrtTensor("float32", filled(values, capacity, count), [capacity, 1]);
  const inputs =
    stage === "full"
      ? {
          [GRAPH_INPUT]: new OrtTensor("uint8", filled(data as Uint8Array, capacity, count), [
            capacity,
            channels,
            inputSize,
            inputSize,
          ]),
        }
      : {
          [TRAINING_INPUTS.maps]: new OrtTensor("float32", filled(data as Float32Array, capacity, count), [
            capacity,
            ...storedMapShape(inputSize),
          ]),
        };
  return {
    ...inputs,
    [TRAINING_INPUTS.label]: column(labels),
    [TRAINING_INPUTS.weight]: column(new Float32Array(count).fill(weight)),
    [TRAINING_INPUTS.positiveWeight]: new OrtTensor("float32", Float32Array.of(positiveWeight), []),
  };
}

/** The values of `count` images, and zeros up to `capacity` images. */
function filled<T extends Uint8Array | Float32Array>(values: T, capacity: number, count: number): T {
  if (count === capacity) return values;
  const length = (values.length / count) * capacity;
  const all = values instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length);
  all.set(values);
  return all as T;
}
