import { expect, test } from "vitest";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { openOnnxRuntimeEngine } from "@hairline/model/engine";
import { buildResnetGraph, identifyResnet, storedMapShape } from "@hairline/model/resnet";
import { reproducibleImage, reproducibleWeights } from "@hairline/model/testing";
import { ForwardPool, type ForwardTask } from "@hairline/model/train";

const preprocessing = { ...IMAGENET_PREPROCESSING, inputSize: 48 };
const weights = reproducibleWeights("resnet18");
const COUNT = 3;
const images = Uint8Array.from(
  Array.from({ length: COUNT }, (_, index) => [
    ...reproducibleImage(`forward.${index}`, { channels: 1, size: 48 }),
  ]).flat(),
);

function open(task: ForwardTask): ForwardPool {
  return new ForwardPool({ weights, preprocessing, task, threads: 2 });
}

test("gives the embeddings and logits of the engine that scores", async () => {
  const graph = buildResnetGraph(identifyResnet(weights), preprocessing);
  await using engine = await openOnnxRuntimeEngine(graph);
  const scored = await engine.infer({ count: COUNT, channels: 1, size: 48, data: images });
  await using embeddings = open("embedding");
  await using logits = open("logit");
  const batch = { count: COUNT, data: images, channels: 1 } as const;
  const [embedded, scoredAgain] = await Promise.all([embeddings.run(batch), logits.run(batch)]);
  expect(embedded).toHaveLength(COUNT * 512);
  embedded.forEach((value, at) => expect(value).toBeCloseTo(scored.embeddings[at]!, 4));
  scoredAgain.forEach((value, at) => expect(value).toBeCloseTo(scored.logits[at]!, 4));
});

test("layer4 on layer3's maps gives the logits of the whole network", async () => {
  await using maps = open("maps");
  await using tail = open("logit-of-maps");
  await using whole = open("logit");
  const stored = await maps.run({ count: COUNT, data: images, channels: 1 });
  expect(storedMapShape(48)).toEqual([256, 3, 3]);
  expect(stored).toHaveLength(COUNT * 256 * 9);
  const logits = await tail.run({ count: COUNT, data: stored, channels: 1 });
  const expected = await whole.run({ count: COUNT, data: images, channels: 1 });
  expect(logits).toHaveLength(COUNT);
  logits.forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 4));
});

test("an image gives the same bits in every thread, and refuses weights that are not a scorer's", async () => {
  await using logits = open("logit");
  const one = () => logits.run({ count: 1, data: images.slice(0, 48 * 48), channels: 1 });
  const results = await Promise.all([one(), one(), one(), one()]);
  for (const result of results) expect(result).toEqual(results[0]);
  const imagenet = reproducibleWeights("resnet18", 1000);
  expect(() => new ForwardPool({ weights: imagenet, preprocessing, task: "logit", threads: 1 })).toThrow(
    expect.objectContaining({ code: "WEIGHTS_TENSOR_SHAPE" }),
  );
});
