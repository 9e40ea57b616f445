import { expect, test } from "vitest";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { openOnnxRuntimeEngine } from "@hairline/model/engine";
import { buildResnetGraph, identifyResnet } from "@hairline/model/resnet";
import { reproducibleImage, reproducibleWeights } from "@hairline/model/testing";
import { measureDeviation, TOLERANCES } from "@hairline/model/verify";
import { float32Tensor } from "@hairline/model/weights";

const SIZE = 64;
const PREPROCESSING = { ...IMAGENET_PREPROCESSING, inputSize: SIZE };
const weights = reproducibleWeights("resnet18");

test("an fp16 graph gives float32 outputs near the fp32 graph's", async () => {
  const network = identifyResnet(weights);
  await using full = await openOnnxRuntimeEngine(buildResnetGraph(network, PREPROCESSING), { threads: 1 });
  await using half = await openOnnxRuntimeEngine(buildResnetGraph(network, PREPROCESSING, "fp16"), {
    threads: 1,
  });
  for (const channels of [1, 3] as const) {
    const batch = { count: 1, channels, size: SIZE, data: reproducibleImage("a", { channels, size: SIZE }) };
    const deviation = measureDeviation(await full.infer(batch), await half.infer(batch));
    expect(deviation.logitRelative).toBeLessThan(TOLERANCES.fp16.logit);
    expect(deviation.camRelative).toBeLessThan(TOLERANCES.fp16.cam);
    expect(deviation.logitAbsolute).toBeGreaterThan(0);
  }
});

test("an fp16 graph is half as large", () => {
  const network = identifyResnet(weights);
  const [full, half] = [
    buildResnetGraph(network, PREPROCESSING),
    buildResnetGraph(network, PREPROCESSING, "fp16"),
  ];
  expect(full.length / half.length).toBeGreaterThan(1.98);
});

test("refuses a weight beyond half precision", () => {
  const large = new Map([
    ...weights,
    ["conv1.weight", float32Tensor([64, 3, 7, 7], new Float32Array(9408).fill(1e6))],
  ]);
  expect(() => buildResnetGraph(identifyResnet(large), PREPROCESSING, "fp16")).toThrow(
    expect.objectContaining({ code: "WEIGHTS_TENSOR_NOT_FINITE", field: "conv1.weight" }),
  );
});
