export type { InferenceEngine, InferenceResult, PixelBatch } from "./inference-engine.ts";
export { openOnnxRuntimeEngine } from "./onnx-runtime.ts";
export type { OnnxRuntimeOptions } from "./onnx-runtime.ts";
export { refuseTelemetry } from "./refuse-telemetry.ts";
