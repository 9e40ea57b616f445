import { describe, expect, test } from "vitest";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import {
  openEngine,
  type InferenceEngine,
  type ModelArtefact,
  type PixelBatch,
} from "@hairline/model/engine";
import { buildResnetGraph, identifyResnet } from "@hairline/model/resnet";
import { reproducibleImage, reproducibleWeights } from "@hairline/model/testing";
import { float32Tensor, writeSafetensors, type StateDict } from "@hairline/model/weights";

/** The least whose CAM is 2 x 2; odd, so that every stage rounds. */
const SIZE = 33;
const weights = reproducibleWeights("resnet18");

/** A ResNet-18. */
function network(changed: StateDict = new Map()): ModelArtefact {
  const tensors = new Map([...weights, ...changed]);
  const preprocessing = { ...IMAGENET_PREPROCESSING, inputSize: SIZE };
  return {
    precision: "fp32",
    preprocessing,
    readGraph: () => Promise.resolve(buildResnetGraph(identifyResnet(tensors), preprocessing)),
    readWeights: () => Promise.resolve(writeSafetensors(tensors)),
  };
}

function batch(names: readonly string[], channels: 1 | 3 = 1): PixelBatch {
  const images = names.map((name) => reproducibleImage(name, { channels, size: SIZE }));
  return { count: names.length, channels, size: SIZE, data: Buffer.concat(images) };
}

const close = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance = 1e-4): boolean =>
  a.length === b.length &&
  Array.from(a).every((value, i) => Math.abs(value - (b[i] ?? NaN)) <= tolerance * (0.1 + Math.abs(value)));

/** What every InferenceEngine does, whatever it runs on. */
export function describeInferenceEngine(
  name: string,
  open: (artefact: ModelArtefact) => Promise<InferenceEngine>,
): void {
  describe(`${name} as an inference engine`, () => {
    test("gives one logit, CAM and embedding an image", async () => {
      await using engine = await open(network());
      const result = await engine.infer(batch(["a", "b", "c"]));
      expect([result.logits.length, result.cams.length, result.embeddings.length]).toEqual([
        3,
        3 * 4,
        3 * 512,
      ]);
      expect([result.camHeight, result.camWidth, engine.inputSize]).toEqual([2, 2, SIZE]);
      expect(result.cams.every((value) => value >= 0)).toBe(true);
    });

    test("gives the reference engine's numbers", async () => {
      await using engine = await open(network());
      await using reference = await openEngine({ engine: "cpu", artefact: network(), threads: 1 });
      for (const images of [batch(["a", "b"]), batch(["c"], 3)]) {
        const [given, expected] = [await engine.infer(images), await reference.infer(images)];
        expect(close(given.logits, expected.logits, 1e-3)).toBe(true);
        expect(close(given.cams, expected.cams, 1e-3)).toBe(true);
        expect(close(given.embeddings, expected.embeddings, 1e-3)).toBe(true);
      }
    });

    test("answers an image alike in every batch", async () => {
      await using engine = await open(network());
      const together = await engine.infer(batch(["a", "b", "c", "d", "e"]));
      const alone = await engine.infer(batch(["d"]));
      expect(close(alone.logits, together.logits.subarray(3, 4))).toBe(true);
      expect(close(alone.cams, together.cams.subarray(12, 16))).toBe(true);
      expect(close(alone.embeddings, together.embeddings.subarray(3 * 512, 4 * 512))).toBe(true);
      expect(close(together.logits.subarray(0, 1), together.logits.subarray(3, 4))).toBe(false);
    });

    test("reads a grey image as three equal channels", async () => {
      await using engine = await open(network());
      const grey = batch(["a"]);
      const colour = {
        ...grey,
        channels: 3 as const,
        data: Buffer.concat([grey.data, grey.data, grey.data]),
      };
      const [one, three] = [await engine.infer(grey), await engine.infer(colour)];
      expect(close(one.logits, three.logits)).toBe(true);
      expect(close(one.cams, three.cams)).toBe(true);
    });

    test("holds the logit as the CAM's sum before ReLU plus the bias", async () => {
      // All weights of the unit positive: ReLU changes nothing, so sum(cam) = sum_k w_k mean(A_k) = logit - bias.
      const positive = new Map([
        ["fc.weight", float32Tensor([1, 512], new Float32Array(512).fill(0.01))],
        ["fc.bias", float32Tensor([1], [-2])],
      ]);
      await using engine = await open(network(positive));
      const { logits, cams } = await engine.infer(batch(["a"]));
      expect(cams.reduce((sum, value) => sum + value, 0) - 2).toBeCloseTo(logits[0] ?? NaN, 3);
    });

    test("gives a CAM of zeros when no feature speaks for a fracture", async () => {
      const negative = new Map([["fc.weight", float32Tensor([1, 512], new Float32Array(512).fill(-0.01))]]);
      await using engine = await open(network(negative));
      expect([...(await engine.infer(batch(["a"]))).cams]).toEqual([0, 0, 0, 0]);
    });

    test("answers batches submitted together, each with its own arrays", async () => {
      await using engine = await open(network());
      const [first, second] = await Promise.all([engine.infer(batch(["a"])), engine.infer(batch(["b"], 3))]);
      const kept = first.logits.slice();
      await engine.infer(batch(["c"]));
      expect(first.logits).toEqual(kept);
      expect(close(first.logits, second.logits)).toBe(false);
    });

    test("gives arrays that can be transferred to another thread", async () => {
      await using engine = await open(network());
      const { logits, cams, embeddings } = await engine.infer(batch(["a", "b"]));
      const lengths = [logits, cams, embeddings].map((array) => array.length);
      const buffers = [logits, cams, embeddings].map((array) => array.buffer as ArrayBuffer);
      const moved = structuredClone([logits, cams, embeddings], { transfer: buffers });
      expect(moved.map((array) => array.length)).toEqual(lengths);
      expect([logits, cams, embeddings].map((array) => array.length)).toEqual([0, 0, 0]);
    });

    const good = batch(["a"]);
    test.each<[string, PixelBatch]>([
      ["no images", { ...good, count: 0, data: new Uint8Array() }],
      ["a fractional count", { ...good, count: 1.5 }],
      ["two channels", { ...good, channels: 2 as 1 }],
      ["another size", { ...good, size: 32 }],
      ["too few pixels", { ...good, data: good.data.subarray(1) }],
      ["too many pixels", { ...good, data: new Uint8Array(good.data.length + 1) }],
    ])("refuses a batch of %s", async (_, bad) => {
      await using engine = await open(network());
      await expect(engine.infer(bad)).rejects.toMatchObject({ code: "BAD_SHAPE" });
    });

    test("says which image gave no finite number", async () => {
      // Finite weights whose sum over 512 positive features overflows float32.
      const huge = new Map([["fc.weight", float32Tensor([1, 512], new Float32Array(512).fill(3e38))]]);
      await using engine = await open(network(huge));
      await expect(engine.infer(batch(["a", "b"]))).rejects.toMatchObject({
        code: "INFERENCE_FAILED",
        field: "image 0, 1",
      });
    });

    test("finishes the batches under way before it closes, and takes no more", async () => {
      const engine = await open(network());
      const underWay = engine.infer(batch(["a"]));
      await Promise.all([engine.close(), engine.close()]);
      expect((await underWay).logits).toHaveLength(1);
      await expect(engine.infer(batch(["a"]))).rejects.toMatchObject({ code: "ENGINE_UNAVAILABLE" });
    });
  });
}
