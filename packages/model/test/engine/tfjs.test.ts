import { describe, expect, test } from "vitest";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { loadTfjs, openEngine, openTfjsEngine } from "@hairline/model/engine";
import { identifyResnet } from "@hairline/model/resnet";
import { reproducibleImage, reproducibleWeights } from "@hairline/model/testing";
import { describeInferenceEngine } from "./contract.ts";

describeInferenceEngine("TensorFlow.js", (artefact) => openEngine({ engine: "tfjs", artefact }));

describe("openTfjsEngine", () => {
  test("says which backend computes", async () => {
    const { tf, device, version } = await loadTfjs();
    expect({ device, version, backend: tf.getBackend() }).toEqual({
      device: "wasm",
      version: "4.22.0",
      backend: "wasm",
    });
  });

  test("keeps no tensor of a batch, nor of the network after closing", async () => {
    const { tf } = await loadTfjs();
    const before = tf.memory().numTensors;
    const preprocessing = { ...IMAGENET_PREPROCESSING, inputSize: 32 };
    const engine = await openTfjsEngine({
      weights: identifyResnet(reproducibleWeights("resnet34")),
      preprocessing,
    });
    const open = tf.memory().numTensors;
    // ResNet-34: 36 convolutions with a bias each, scale, offset, unit and its bias.
    expect(open - before).toBe(2 * 36 + 4);
    for (const channels of [1, 3] as const) {
      const data = reproducibleImage("a", { channels, size: 32 });
      await engine.infer({ count: 1, channels, size: 32, data });
    }
    await expect(
      engine.infer({ count: 1, channels: 1, size: 32, data: new Uint8Array() }),
    ).rejects.toMatchObject({ code: "BAD_SHAPE" });
    expect(tf.memory().numTensors).toBe(open);
    await engine.close();
    expect(tf.memory().numTensors).toBe(before);
  });

  test("leaves the process's own handling of errors alone", async () => {
    await loadTfjs();
    const hooks = [...process.listeners("uncaughtException"), ...process.listeners("unhandledRejection")];
    // The WebAssembly glue's hook is named abort or rethrows what it is given.
    expect(hooks.filter((hook) => /ExitStatus|abort/.test(hook.toString()))).toEqual([]);
  });
});
