import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { openEngine, openOnnxRuntimeEngine, probeEngine, type InferenceEngine } from "@hairline/model/engine";
import { encodeOnnx, GraphBuilder } from "@hairline/model/onnx";
import { buildResnetGraph, identifyResnet } from "@hairline/model/resnet";
import { reproducibleWeights } from "@hairline/model/testing";
import { describeInferenceEngine } from "../engine/contract.ts";

/** Holds the device between tests: its compiled programs go with its last session, and take seconds on a CPU. */
let held: InferenceEngine | undefined;

beforeAll(async () => {
  const problem = process.env["HAIRLINE_TEST_NO_VULKAN"];
  if (problem !== undefined) throw new Error(`There is no software Vulkan driver: ${problem}`);
  const graph = buildResnetGraph(identifyResnet(reproducibleWeights("resnet18")), IMAGENET_PREPROCESSING);
  held = await openOnnxRuntimeEngine(graph, { provider: "webgpu" });
});

afterAll(() => held?.close());

describeInferenceEngine("ONNX Runtime on WebGPU", (artefact) => openEngine({ engine: "webgpu", artefact }));

/** image -> NonZero, which no GPU provider has, since its output's shape depends on the data. */
function graphForTheCpu(): Uint8Array {
  const graph = new GraphBuilder("nonzero");
  const image = graph.input({ name: "image", type: "float32", shape: [4] });
  const name = graph.node({ operator: "NonZero", inputs: [image], output: "logit" });
  graph.output({ name, type: "int64", shape: [1, "N"] });
  return encodeOnnx(graph.build());
}

describe("openOnnxRuntimeEngine on WebGPU", () => {
  test("refuses a network of which a layer would run on the CPU", async () => {
    await expect(openOnnxRuntimeEngine(graphForTheCpu(), { provider: "webgpu" })).rejects.toMatchObject({
      code: "MODEL_DAMAGED",
      message: expect.stringMatching(/fallback/) as string,
    });
  });

  test("refuses bytes that are not ONNX", async () => {
    await expect(openOnnxRuntimeEngine(Uint8Array.of(1, 2, 3), { provider: "webgpu" })).rejects.toMatchObject(
      { code: "MODEL_DAMAGED" },
    );
  });
});

/** Compiling for a CPU took 40 s on two cores under load; the default limit is for people who wait for an answer. */
const PROBE_TIMEOUT_MS = 200_000;

describe("probeEngine on WebGPU", () => {
  test("finds the driver", async () => {
    const report = await probeEngine("webgpu", { timeoutMs: PROBE_TIMEOUT_MS });
    expect(report).toMatchObject({ available: true, device: "webgpu", reason: null });
  });

  test("says that there is no adapter when no driver is found", async () => {
    const environment = { ...process.env, VK_ICD_FILENAMES: "/nonexistent/driver.json" };
    const report = await probeEngine("webgpu", { environment, timeoutMs: PROBE_TIMEOUT_MS });
    expect(report).toMatchObject({
      available: false,
      reason: expect.stringContaining("No supported adapters") as string,
    });
  });
});
