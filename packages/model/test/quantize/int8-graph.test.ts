import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InferenceSession } from "onnxruntime-node";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "@hairline/core/testing";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { openOnnxRuntimeEngine, refuseTelemetry, type PixelBatch } from "@hairline/model/engine";
import {
  buildInt8Graph,
  calibrateRanges,
  quantizedMaps,
  type ActivationRanges,
} from "@hairline/model/quantize";
import { buildResnetGraph, identifyResnet } from "@hairline/model/resnet";
import { reproducibleImage, reproducibleWeights } from "@hairline/model/testing";
import { measureDeviation } from "@hairline/model/verify";

const SIZE = 64;
const network = {
  weights: identifyResnet(reproducibleWeights("resnet18")),
  preprocessing: { ...IMAGENET_PREPROCESSING, inputSize: SIZE },
};

function batch(name: string): PixelBatch {
  const data = reproducibleImage(name, { channels: 1, size: SIZE });
  return { count: 1, channels: 1, size: SIZE, data };
}

const named = (prefix: string): PixelBatch[] =>
  Array.from({ length: 8 }, (_, index) => batch(`${prefix}${index}`));

let ranges: ActivationRanges;

beforeAll(async () => {
  ranges = await calibrateRanges({ ...network, batches: named("calibration"), threads: 1 });
});

describe("calibrateRanges", () => {
  test("gives every map a range that holds zero", () => {
    expect([...ranges.keys()].sort()).toEqual(quantizedMaps("resnet18").sort());
    for (const { low, high } of ranges.values()) {
      expect(low).toBeLessThanOrEqual(0);
      expect(high).toBeGreaterThan(0);
    }
    // After ReLU nothing is negative; before it, some is.
    expect(ranges.get("layer2.0.conv1.relu")?.low).toBe(0);
    expect(ranges.get("layer2.0.conv2")?.low).toBeLessThan(0);
  });

  test("widens with every image", async () => {
    const one = await calibrateRanges({ ...network, batches: [batch("calibration0")], threads: 1 });
    for (const [name, { low, high }] of one) {
      expect(low).toBeGreaterThanOrEqual(ranges.get(name)?.low ?? Infinity);
      expect(high).toBeLessThanOrEqual(ranges.get(name)?.high ?? -Infinity);
    }
  });

  test("refuses to calibrate on nothing", async () => {
    await expect(calibrateRanges({ ...network, batches: [] })).rejects.toMatchObject({
      code: "BAD_ARGUMENT",
    });
  });
});

describe("buildInt8Graph", () => {
  test("runs every convolution but the first in integers", async () => {
    refuseTelemetry();
    await using folder = await temporaryFolder();
    const optimizedModelFilePath = join(folder.path, "optimized.onnx");
    const session = await InferenceSession.create(buildInt8Graph(network, ranges), {
      optimizedModelFilePath,
      logSeverityLevel: 4,
    });
    await session.release();
    // Operators' names stand as text in the file, each behind its field tag 4 and its length.
    const file = (await readFile(optimizedModelFilePath)).toString("latin1");
    const count = (operator: string): number =>
      file.split(`\x22${String.fromCharCode(operator.length)}${operator}`).length - 1;
    // ResNet-18: 20 convolutions with the stem, which stays float beside the CAM's; 7 of 8 sums are between blocks.
    expect({ convolutions: count("QLinearConv"), sums: count("QLinearAdd"), float: count("Conv") }).toEqual({
      convolutions: 19,
      sums: 7,
      float: 2,
    });
  });

  test("stays near the float32 network on images it was not calibrated on", async () => {
    await using float = await openOnnxRuntimeEngine(
      buildResnetGraph(network.weights, network.preprocessing),
      {
        threads: 1,
      },
    );
    await using int8 = await openOnnxRuntimeEngine(buildInt8Graph(network, ranges), { threads: 1 });
    for (const images of named("other")) {
      const deviation = measureDeviation(await float.infer(images), await int8.infer(images));
      expect(deviation.logitRelative).toBeLessThan(0.1);
      expect(deviation.camRelative).toBeLessThan(0.3);
      // Not the same network by mistake.
      expect(deviation.logitAbsolute).toBeGreaterThan(0);
    }
  });

  test("is a quarter of the size, and the same bytes every time", () => {
    const graph = buildInt8Graph(network, ranges);
    expect(Buffer.compare(graph, buildInt8Graph(network, ranges))).toBe(0);
    const full = buildResnetGraph(network.weights, network.preprocessing);
    expect(full.length / graph.length).toBeGreaterThan(3.9);
  });

  test("refuses a map without a range", () => {
    const some = new Map([...ranges].slice(1));
    expect(() => buildInt8Graph(network, some)).toThrow(expect.objectContaining({ code: "INTERNAL" }));
  });
});
