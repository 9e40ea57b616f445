import { readdirSync } from "node:fs";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { openOnnxRuntimeEngine } from "@hairline/model/engine";
import { buildResnetGraph, identifyResnet } from "@hairline/model/resnet";
import { reproducibleImage, reproducibleWeights } from "@hairline/model/testing";

// Run as a process of its own by refuse-telemetry.test.ts: opens an engine, infers, and lists the temporary folder.
const weights = identifyResnet(reproducibleWeights("resnet18"));
const engine = await openOnnxRuntimeEngine(
  buildResnetGraph(weights, { ...IMAGENET_PREPROCESSING, inputSize: 32 }),
);
await engine.infer({
  count: 1,
  channels: 1,
  size: 32,
  data: reproducibleImage("a", { channels: 1, size: 32 }),
});
await engine.close();
process.stdout.write(JSON.stringify(readdirSync(process.argv[2] ?? "")));
