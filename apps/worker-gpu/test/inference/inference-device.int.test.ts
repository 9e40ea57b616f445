import { HairlineError } from "@hairline/core/errors";
import { openFilesystemStore } from "@hairline/core/storage";
import { temporaryFolder } from "@hairline/core/testing";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import type { PixelBatch } from "@hairline/model/engine";
import type { ModelFiles } from "@hairline/model/registry";
import { buildResnetGraph, identifyResnet } from "@hairline/model/resnet";
import { reproducibleImage, reproducibleWeights } from "@hairline/model/testing";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { InferenceDevice } from "../../src/inference/inference-device.ts";

const never = new AbortController().signal;
const FIRST = { priority: 1, signal: never };

/** A store with graphs of two input sizes, which tells apart which model answered. */
async function openDevice() {
  const folder = await temporaryFolder();
  const store = openFilesystemStore(folder.path);
  const weights = identifyResnet(reproducibleWeights("resnet18"));
  const models: ModelFiles[] = [];
  for (const inputSize of [32, 64]) {
    const preprocessing = { ...IMAGENET_PREPROCESSING, inputSize };
    const bytes = buildResnetGraph(weights, preprocessing);
    const objectKey = `models/${inputSize}.onnx`;
    await store.put(objectKey, bytes);
    const graph = { objectKey, sha256: createHash("sha256").update(bytes).digest("hex") };
    models.push({ graph, weights: { objectKey: "unused", sha256: "" }, precision: "fp32", preprocessing });
  }
  const device = new InferenceDevice({
    objectsRoot: folder.path,
    engine: "cpu",
    engines: 2,
    threadsPerEngine: 1,
  });
  const [small, large] = models;
  if (small === undefined || large === undefined) throw new Error("two graphs");
  const close = async () => {
    await device.close();
    await folder[Symbol.asyncDispose]();
  };
  return { device, small, large, store, [Symbol.asyncDispose]: close };
}

function batchOf(size: number, names: readonly string[]): PixelBatch {
  const images = names.map((name) => reproducibleImage(name, { channels: 1, size }));
  return {
    count: names.length,
    channels: 1,
    size,
    data: new Uint8Array(images.flatMap((image) => [...image])),
  };
}

describe("InferenceDevice", () => {
  it("answers every batch with the model it was meant for", async () => {
    await using opened = await openDevice();
    const answers = await Promise.all([
      opened.device.infer(opened.small, batchOf(32, ["a", "b"]), FIRST),
      opened.device.infer(opened.large, batchOf(64, ["a"]), FIRST),
      opened.device.infer(opened.small, batchOf(32, ["b"]), FIRST),
      opened.device.infer(opened.large, batchOf(64, ["a"]), FIRST),
      opened.device.infer(opened.small, batchOf(32, ["a"]), FIRST),
    ]);
    expect(answers.map(({ camHeight }) => camHeight)).toEqual([1, 2, 1, 2, 1]);
    const [both, large, onlyB, largeAgain, onlyA] = answers.map(({ logits }) => [...logits]);
    expect(both?.[0]).toBeCloseTo(onlyA?.[0] ?? Number.NaN, 4);
    expect(both?.[1]).toBeCloseTo(onlyB?.[0] ?? Number.NaN, 4);
    expect(large).toEqual(largeAgain);
  });

  it("takes the batch's pixels over", async () => {
    await using opened = await openDevice();
    const batch = batchOf(32, ["a"]);
    await opened.device.infer(opened.small, batch, FIRST);
    expect(batch.data.byteLength).toBe(0);
  });

  it("refuses a graph that is not what was imported, and takes it once it is restored", async () => {
    await using opened = await openDevice();
    const bytes = await opened.store.get(opened.small.graph.objectKey);
    await opened.store.put(opened.small.graph.objectKey, bytes.slice(0, -1));
    const damaged = opened.device.infer(opened.small, batchOf(32, ["a"]), FIRST);
    await expect(damaged).rejects.toMatchObject({ code: "MODEL_DAMAGED" });
    await opened.store.put(opened.small.graph.objectKey, bytes);
    const { logits } = await opened.device.infer(opened.small, batchOf(32, ["a"]), FIRST);
    expect(logits).toHaveLength(1);
  });

  it("carries an engine's error and goes on", async () => {
    await using opened = await openDevice();
    const wrong = opened.device.infer(opened.small, batchOf(64, ["a"]), FIRST);
    await expect(wrong).rejects.toMatchObject({ code: "BAD_SHAPE" });
    const { logits } = await opened.device.infer(opened.small, batchOf(32, ["a"]), FIRST);
    expect(logits).toHaveLength(1);
  });

  it("does not run a batch whose shard was aborted", async () => {
    await using opened = await openDevice();
    const aborted = AbortSignal.abort(new HairlineError("INTERRUPTED", "stop"));
    const infer = opened.device.infer(opened.small, batchOf(32, ["a"]), { priority: 1, signal: aborted });
    await expect(infer).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});
