import { expect, test } from "vitest";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { openOnnxRuntimeEngine } from "@hairline/model/engine";
import { buildResnetGraph, identifyResnet } from "@hairline/model/resnet";
import { reproducibleWeights } from "@hairline/model/testing";

test("says that a GPU has no half precision, where the fp16 network would be blamed", async () => {
  // SwiftShader has no shader-f16.
  const preprocessing = { ...IMAGENET_PREPROCESSING, inputSize: 33 };
  const graph = buildResnetGraph(identifyResnet(reproducibleWeights("resnet18")), preprocessing, "fp16");
  await expect(openOnnxRuntimeEngine(graph, { provider: "webgpu" })).rejects.toMatchObject({
    code: "ENGINE_UNAVAILABLE",
    message: "The GPU or its driver has no half precision (shader-f16).",
  });
});
