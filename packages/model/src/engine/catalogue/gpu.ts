import { openOnnxRuntimeEngine } from "../onnx-runtime/engine.ts";
import { packageVersion } from "../package-version.ts";
import type { OnnxRuntimeProvider } from "../onnx-runtime/provider.ts";
import type { EngineKind } from "./engine-kind.ts";

/** An engine on one of ONNX Runtime's GPU providers. */
export function gpuEngine({
  name,
  title,
  howToInstall,
}: Pick<EngineKind, "title" | "howToInstall"> & {
  readonly name: Exclude<OnnxRuntimeProvider, "cpu">;
}): EngineKind {
  return {
    name,
    title,
    howToInstall,
    precisions: ["fp32", "fp16"],
    // onnxruntime-node takes no adapter for WebGPU: Dawn picks one.
    choosesGpu: name !== "webgpu",
    version: () => packageVersion("onnxruntime-node"),
    open: async (artefact, { device }) =>
      openOnnxRuntimeEngine(await artefact.readGraph(), { provider: name, device }),
  };
}
