import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { openOnnxRuntimeEngine, type InferenceResult } from "@hairline/model/engine";
import { buildResnetGraph, camSide, identifyResnet, type ResnetArchitecture } from "@hairline/model/resnet";
import { reproducibleImage, reproducibleWeights } from "@hairline/model/testing";

interface ReferenceCase {
  readonly architecture: ResnetArchitecture;
  readonly size: number;
  readonly channels: 1 | 3;
  readonly count: number;
  readonly camShape: readonly [number, number];
  readonly logits: readonly number[];
  readonly cams: readonly (readonly number[])[];
  /** Every 64th element. */
  readonly embeddings: readonly (readonly number[])[];
}

/** torchvision's network in float64 with autograd Grad-CAM at layer4, by make_reference.py. */
const { cases } = JSON.parse(
  readFileSync(new URL("../fixtures/reference.json", import.meta.url), "utf8"),
) as {
  cases: ReferenceCase[];
};

async function infer({ architecture, size, channels, count }: ReferenceCase): Promise<InferenceResult> {
  const weights = identifyResnet(reproducibleWeights(architecture));
  const graph = buildResnetGraph(weights, { ...IMAGENET_PREPROCESSING, inputSize: size });
  await using engine = await openOnnxRuntimeEngine(graph, { threads: 2 });
  const images = Array.from({ length: count }, (_, index) =>
    reproducibleImage(`${size}.${channels}.${index}`, { channels, size }),
  );
  return engine.infer({ count, channels, size, data: Buffer.concat(images) });
}

function largestDifference(actual: ArrayLike<number>, expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  return Math.max(...expected.map((value, index) => Math.abs((actual[index] ?? NaN) - value)));
}

describe.each(cases)("$architecture at $size px, $channels channel(s), against PyTorch", (reference) => {
  test("gives the logits, the autograd Grad-CAM and the embedding", async () => {
    const result = await infer(reference);
    const [height, width] = reference.camShape;
    expect([result.camHeight, result.camWidth]).toEqual([height, width]);
    expect(camSide(reference.size)).toBe(height);
    reference.logits.forEach((logit, image) => {
      expect(Math.abs((result.logits[image] ?? NaN) - logit)).toBeLessThanOrEqual(1e-4 * Math.abs(logit));
      const expected = reference.cams[image] ?? [];
      const cam = result.cams.subarray(image * height * width, (image + 1) * height * width);
      expect(largestDifference(cam, expected)).toBeLessThanOrEqual(1e-4 * Math.max(...expected));
      const embedding = result.embeddings
        .subarray(image * 512, (image + 1) * 512)
        .filter((_, index) => index % 64 === 0);
      expect(largestDifference(embedding, reference.embeddings[image] ?? [])).toBeLessThanOrEqual(1e-4);
    });
  });
});
