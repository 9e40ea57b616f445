import { openOnnxRuntimeEngine } from "../onnx-runtime/engine.ts";
import { onnxRuntimeVersion } from "../onnx-runtime/load-runtime.ts";
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
    version: onnxRuntimeVersion,
    open: async (artefact, { device }) =>
      openOnnxRuntimeEngine(await artefact.readGraph(), { provider: name, device }),
  };
}
