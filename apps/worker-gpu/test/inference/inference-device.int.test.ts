import { HairlineError } from "@hairline/core/errors";
import { openFilesystemStore } from "@hairline/core/storage";
import { temporaryFolder } from "@hairline/core/testing";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import type { PixelBatch } from "@hairline/model/engine";
import type { StoredFile } from "@hairline/model/registry";
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
  const graphs: StoredFile[] = [];
  for (const inputSize of [32, 64]) {
    const bytes = buildResnetGraph(weights, { ...IMAGENET_PREPROCESSING, inputSize });
    const objectKey = `models/${inputSize}.onnx`;
    await store.put(objectKey, bytes);
    graphs.push({ objectKey, sha256: createHash("sha256").update(bytes).digest("hex") });
  }
  const device = new InferenceDevice({ objectsRoot: folder.path, threads: 1 });
  const [small, large] = graphs;
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
  it("answers with the model each batch was meant for", async () => {
    await using opened = await openDevice();
    using small = await opened.device.acquire(1, opened.small);
    using large = await opened.device.acquire(2, opened.large);
    expect(small.engine).toEqual({ name: "onnxruntime", device: "cpu" });
    const [ofSmall, ofLarge] = await Promise.all([
      small.infer(batchOf(32, ["a", "b"]), FIRST),
      large.infer(batchOf(64, ["a"]), FIRST),
    ]);
    expect([ofSmall.camHeight, ofSmall.logits.length]).toEqual([1, 2]);
    expect([ofLarge.camHeight, ofLarge.logits.length]).toEqual([2, 1]);
  });

  it("loads a model once for two shards that want it together", async () => {
    await using opened = await openDevice();
    const leases = await Promise.all([1, 1].map((modelId) => opened.device.acquire(modelId, opened.small)));
    // A second load would fail: the file is gone.
    await opened.store.delete(opened.small.objectKey);
    using third = await opened.device.acquire(1, opened.small);
    const { logits } = await third.infer(batchOf(32, ["a"]), FIRST);
    expect(logits).toHaveLength(1);
    for (const lease of leases) lease[Symbol.dispose]();
  });

  it("keeps one model that nobody uses, the one used last", async () => {
    await using opened = await openDevice();
    for (const [modelId, graph] of [opened.small, opened.large].entries()) {
      using _lease = await opened.device.acquire(modelId, graph);
    }
    await opened.store.delete(opened.large.objectKey);
    using kept = await opened.device.acquire(1, opened.large);
    expect((await kept.infer(batchOf(64, ["a"]), FIRST)).logits).toHaveLength(1);

    await opened.store.delete(opened.small.objectKey);
    await expect(opened.device.acquire(0, opened.small)).rejects.toMatchObject({ code: "MODEL_DAMAGED" });
  });

  it("refuses a graph that is not what was imported, and takes it once it is restored", async () => {
    await using opened = await openDevice();
    const bytes = await opened.store.get(opened.small.objectKey);
    await opened.store.put(opened.small.objectKey, bytes.slice(0, -1));
    await expect(opened.device.acquire(1, opened.small)).rejects.toMatchObject({ code: "MODEL_DAMAGED" });
    await opened.store.put(opened.small.objectKey, bytes);
    using lease = await opened.device.acquire(1, opened.small);
    expect((await lease.infer(batchOf(32, ["a"]), FIRST)).logits).toHaveLength(1);
  });

  it("carries an engine's error and goes on", async () => {
    await using opened = await openDevice();
    using lease = await opened.device.acquire(1, opened.small);
    await expect(lease.infer(batchOf(64, ["a"]), FIRST)).rejects.toMatchObject({ code: "BAD_SHAPE" });
    expect((await lease.infer(batchOf(32, ["a"]), FIRST)).logits).toHaveLength(1);
  });

  it("does not run a batch whose shard was aborted", async () => {
    await using opened = await openDevice();
    using lease = await opened.device.acquire(1, opened.small);
    const aborted = AbortSignal.abort(new HairlineError("INTERRUPTED", "stop"));
    const infer = lease.infer(batchOf(32, ["a"]), { priority: 1, signal: aborted });
    await expect(infer).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});
