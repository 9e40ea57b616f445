export { ELEMENT_BYTES, elementCount, float32Tensor, toFloat32 } from "./tensor.ts";
export type { ElementType, StateDict, Tensor } from "./tensor.ts";
export { parseWeights, readWeights } from "./read-weights.ts";
export { readSafetensors } from "./safetensors-read.ts";
export { writeSafetensors } from "./safetensors-write.ts";
export { WEIGHTS_LIMITS } from "./limits.ts";
