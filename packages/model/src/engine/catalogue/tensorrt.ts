import { CUDA_INSTALLATION } from "./cuda.ts";
import { gpuEngine } from "./gpu.ts";

export const tensorrtEngine = gpuEngine({
  name: "tensorrt",
  title: "ONNX Runtime, TensorRT",
  howToInstall: `On Linux x64 run \`${CUDA_INSTALLATION}\`; TensorRT 10, CUDA 12 and cuDNN 9 must be in the library path.`,
});
