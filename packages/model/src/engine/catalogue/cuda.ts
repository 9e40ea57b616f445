import { gpuEngine } from "./gpu.ts";

/** From the package's own metadata: its CUDA 12 providers are too large for npm. Linux x64 only. */
export const CUDA_INSTALLATION =
  "ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js";

export const cudaEngine = gpuEngine({
  name: "cuda",
  title: "ONNX Runtime, CUDA",
  howToInstall: `On Linux x64 run \`${CUDA_INSTALLATION}\`; CUDA 12 and cuDNN 9 must be in the library path.`,
});
