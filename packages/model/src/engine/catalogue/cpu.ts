import { HairlineError } from "@hairline/core/errors";
import { hasExactInt8 } from "../cpu-features.ts";
import type { InferenceEngine } from "../inference-engine.ts";
import type { ModelArtefact } from "../model-artefact.ts";
import { openOnnxRuntimeEngine } from "../onnx-runtime/engine.ts";
import { packageVersion } from "../package-version.ts";
import type { EngineKind, EngineOptions } from "./engine-kind.ts";

export const cpuEngine: EngineKind = {
  name: "cpu",
  title: "ONNX Runtime, CPU",
  // Half precision only to check its graph: this provider computes it in float32, with casts around each layer.
  precisions: ["fp32", "fp16", "int8"],
  choosesGpu: false,
  howToInstall: "It comes with npm ci; binaries exist for Linux x64/arm64 (glibc), macOS arm64 and Windows.",
  version: () => packageVersion("onnxruntime-node"),
  async open(artefact: ModelArtefact, { threads }: EngineOptions): Promise<InferenceEngine> {
    if (artefact.precision === "int8" && !hasExactInt8())
      throw new HairlineError(
        "ENGINE_UNAVAILABLE",
        "This CPU lacks the VNNI instructions that int8 networks need.",
        {
          field: "cpu",
          remedy:
            "Score with the fp32 model here: without VNNI sums of products saturate, and int8 is not faster.",
        },
      );
    return openOnnxRuntimeEngine(await artefact.readGraph(), { threads });
  },
};
