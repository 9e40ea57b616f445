import { gpuEngine } from "./gpu.ts";

export const webgpuEngine = gpuEngine({
  name: "webgpu",
  title: "ONNX Runtime, WebGPU",
  howToInstall:
    "It comes with npm ci; on Linux install the Vulkan loader (Debian: libvulkan1) and the GPU's Vulkan driver.",
});
