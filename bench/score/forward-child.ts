import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { openOnnxRuntimeEngine } from "@hairline/model/engine";
import { buildResnetGraph, identifyResnet } from "@hairline/model/resnet";
import { reproducibleImage, reproducibleWeights } from "@hairline/model/testing";
import { serveStints } from "./child.ts";

export interface ForwardSetup {
  readonly threads: number;
  readonly batchSize: number;
}

serveStints(async (setup) => {
  const { threads, batchSize } = setup as ForwardSetup;
  const weights = identifyResnet(reproducibleWeights("resnet18"));
  const engine = await openOnnxRuntimeEngine(buildResnetGraph(weights, IMAGENET_PREPROCESSING), { threads });
  const size = IMAGENET_PREPROCESSING.inputSize;
  const image = reproducibleImage("bench", { channels: 1, size });
  const data = new Uint8Array(batchSize * image.length);
  for (let index = 0; index < batchSize; index += 1) data.set(image, index * image.length);
  const batch = { count: batchSize, channels: 1, size, data } as const;
  const turn = async () => {
    await engine.infer(batch);
    return batchSize;
  };
  await turn();
  return turn;
});
