import { cpuEngine } from "./cpu.ts";
import { cudaEngine } from "./cuda.ts";
import type { EngineKind } from "./engine-kind.ts";
import type { EngineName } from "./engine-name.ts";
import { tensorrtEngine } from "./tensorrt.ts";
import { tfjsEngine } from "./tfjs.ts";
import { webgpuEngine } from "./webgpu.ts";

/** The engines Hairline knows, whether they can run here or not. */
export const ENGINES: Readonly<Record<EngineName, EngineKind>> = Object.freeze({
  cpu: cpuEngine,
  webgpu: webgpuEngine,
  cuda: cudaEngine,
  tensorrt: tensorrtEngine,
  tfjs: tfjsEngine,
});
