import { expect, test } from "vitest";
import { loadTfjs } from "@hairline/model/engine";
import { reproducibleWeights } from "@hairline/model/testing";
import { openTfjsTrainer } from "@hairline/model/train";
import { describeTrainer } from "./contract.ts";
import { batchOf, settingsOf, trainingCases } from "./training-case.ts";

/** TensorFlow.js on WebAssembly: a few images a second, so the smaller cases have to do. */
describeTrainer({
  open: openTfjsTrainer,
  cases: ({ architecture, size }) => architecture === "resnet18" && size < 100,
  turnedRelu: 0.02,
});

test("keeps no tensor of a step", async () => {
  const { tf } = await loadTfjs();
  const before = tf.memory().numTensors;
  const reference = trainingCases.find(({ batchNorm }) => batchNorm === "batch")!;
  const small = { ...reference, size: 32, count: 2 };
  const trainer = await openTfjsTrainer(reproducibleWeights("resnet18"), {
    ...settingsOf(small),
    averageDecay: 0.9,
  });
  const batch = batchOf(small);
  await trainer.step(batch, 1e-4);
  const open = tf.memory().numTensors;
  await trainer.step(batch, 1e-4);
  await trainer.gradients(batch);
  expect(tf.memory().numTensors).toBe(open);
  await trainer.close();
  expect(tf.memory().numTensors).toBe(before);
});
