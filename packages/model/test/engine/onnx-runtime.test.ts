import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "@hairline/core/testing";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { openEngine, openOnnxRuntimeEngine } from "@hairline/model/engine";
import { encodeOnnx, GraphBuilder } from "@hairline/model/onnx";
import { buildResnetGraph, identifyResnet } from "@hairline/model/resnet";
import { reproducibleImage, reproducibleWeights } from "@hairline/model/testing";
import { describeInferenceEngine } from "./contract.ts";

describeInferenceEngine("ONNX Runtime on the CPU", (artefact) =>
  openEngine({ engine: "cpu", artefact, threads: 1 }),
);

function identityGraph(): Uint8Array {
  const graph = new GraphBuilder("identity");
  const image = graph.input({ name: "image", type: "float32", shape: ["N"] });
  graph.output({
    name: graph.node({ operator: "Identity", inputs: [image], output: "logit" }),
    type: "float32",
    shape: ["N"],
  });
  return encodeOnnx(graph.build());
}

describe("openOnnxRuntimeEngine", () => {
  test("opens a file as it opens its bytes", async () => {
    const graph = buildResnetGraph(identifyResnet(reproducibleWeights("resnet18")), {
      ...IMAGENET_PREPROCESSING,
      inputSize: 32,
    });
    await using folder = await temporaryFolder();
    const path = join(folder.path, "model.onnx");
    await writeFile(path, graph);
    await using engine = await openOnnxRuntimeEngine(path);
    const data = reproducibleImage("a", { channels: 1, size: 32 });
    const { cams } = await engine.infer({ count: 1, channels: 1, size: 32, data });
    expect(cams).toHaveLength(1);
  });

  test.each([
    ["bytes that are not ONNX", Uint8Array.of(1, 2, 3)],
    ["no bytes", new Uint8Array()],
    ["a network with another interface", identityGraph()],
    ["a path that does not exist", "/nonexistent/model.onnx"],
  ])("refuses %s", async (_, model) => {
    await expect(openOnnxRuntimeEngine(model)).rejects.toMatchObject({ code: "MODEL_DAMAGED" });
  });

  test.each([0, -1, 1.5, NaN])("refuses %d threads", async (threads) => {
    await expect(openOnnxRuntimeEngine(identityGraph(), { threads })).rejects.toMatchObject({
      code: "BAD_ARGUMENT",
    });
  });

  test.each([-1, 0.5, NaN])("refuses GPU %d", async (device) => {
    await expect(openOnnxRuntimeEngine(identityGraph(), { device })).rejects.toMatchObject({
      code: "BAD_ARGUMENT",
    });
  });
});
