import { expect, test } from "vitest";
import { reproducibleWeights } from "@hairline/model/testing";
import { openTfjsTrainer, openTrainer } from "@hairline/model/train";
import { batchOf, settingsOf, trainingCases } from "./step/training-case.ts";

const reference = trainingCases.find(({ stage }) => stage === "layer4")!;
const small = { ...reference, size: 32, count: 2 };
const weights = reproducibleWeights("resnet18");

test("a trainer in a thread takes the same steps as one in the caller's", async () => {
  const batch = batchOf(small);
  await using threaded = await openTrainer({ engine: "tfjs", threads: 1 }, weights, settingsOf(small));
  await using direct = await openTfjsTrainer(weights, settingsOf(small));
  expect(threaded).toMatchObject({ name: "tfjs", device: "wasm" });
  const [a, b] = [await threaded.step(batch, 1e-3), await direct.step(batch, 1e-3)];
  expect(a).toEqual(b);
  const [first, second] = [await threaded.state(), await direct.state()];
  expect(Buffer.compare(Buffer.from(first.weights.buffer), Buffer.from(second.weights.buffer))).toBe(0);
  await threaded.restore(first);
  expect((await threaded.gradients(batch)).gradients.size).toBe(Object.keys(reference.gradients).length);
  await expect(threaded.step({ ...batch, count: 5 }, 1e-3)).rejects.toMatchObject({ code: "BAD_SHAPE" });
});

test.for(["cuda", "tensorrt"] as const)(
  "refuses %s, which cannot train, and names those that can",
  async (engine) => {
    await expect(openTrainer({ engine, threads: 1 }, weights, settingsOf(small))).rejects.toMatchObject({
      code: "ENGINE_UNAVAILABLE",
      remedy: expect.stringMatching(/webgpu/) as string,
    });
  },
);
