import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { resnetShapes } from "../../resnet/architecture.ts";
import { buildResnetGraph } from "../../resnet/build-graph.ts";
import { identifyResnet } from "../../resnet/identify.ts";
import { writeSafetensors } from "../../weights/safetensors-write.ts";
import { float32Tensor, type StateDict } from "../../weights/tensor.ts";
import type { PixelBatch } from "../inference-engine.ts";
import type { ModelArtefact } from "../model-artefact.ts";

const SIZE = 32;

/** A real ResNet-18, so that every operator is tried; its logit is this whatever the image. */
export const PROBE_LOGIT = 0.5;

export const PROBE_BATCH: PixelBatch = {
  count: 1,
  channels: 1,
  size: SIZE,
  data: new Uint8Array(SIZE * SIZE).fill(128),
};

export function probeNetwork(): ModelArtefact {
  const preprocessing = { ...IMAGENET_PREPROCESSING, inputSize: SIZE };
  const weights = constantWeights();
  return {
    precision: "fp32",
    preprocessing,
    readGraph: async () => buildResnetGraph(identifyResnet(weights), preprocessing),
    readWeights: async () => writeSafetensors(weights),
  };
}

/** Every map 0 but for the batch norms' offsets of 0; the head's bias is the answer. */
function constantWeights(): StateDict {
  return new Map(
    [...resnetShapes("resnet18", 1)].map(([name, shape]) => {
      const length = shape.reduce((product, size) => product * size, 1);
      const value = name.endsWith("running_var") ? 1 : name === "fc.bias" ? PROBE_LOGIT : 0;
      return [name, float32Tensor(shape, new Float32Array(length).fill(value))];
    }),
  );
}
