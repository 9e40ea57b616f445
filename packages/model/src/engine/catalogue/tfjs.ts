import { readSafetensors } from "../../weights/safetensors-read.ts";
import { identifyResnet } from "../../resnet/identify.ts";
import { openTfjsEngine } from "../tfjs/engine.ts";
import { packageVersion } from "../package-version.ts";
import type { EngineKind } from "./engine-kind.ts";

export const tfjsEngine: EngineKind = {
  name: "tfjs",
  title: "TensorFlow.js",
  precisions: ["fp32"],
  choosesGpu: false,
  howToInstall:
    "WebAssembly comes with npm ci; for a GPU run `npm install --no-save @tensorflow/tfjs-node-gpu@4.22.0`, for native CPU code `npm install --no-save @tensorflow/tfjs-node@4.22.0` (both download libtensorflow).",
  version: () => packageVersion("@tensorflow/tfjs-core"),
  open: async (artefact) => {
    const weights = identifyResnet(readSafetensors(await artefact.readWeights()));
    return openTfjsEngine({ weights, preprocessing: artefact.preprocessing });
  },
};
