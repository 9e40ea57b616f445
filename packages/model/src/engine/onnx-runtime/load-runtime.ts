import { HairlineError } from "@hairline/core/errors";
import type * as OnnxRuntime from "onnxruntime-node";
import { refuseTelemetry } from "../refuse-telemetry.ts";

export type Runtime = typeof OnnxRuntime;

/**
 * Imported on first use: loading the native library takes 30 ms, and fails where no binary exists for the platform.
 *
 * @throws HairlineError ENGINE_UNAVAILABLE
 */
export async function loadOnnxRuntime(): Promise<Runtime> {
  refuseTelemetry();
  try {
    return await import("onnxruntime-node");
  } catch (error) {
    throw new HairlineError("ENGINE_UNAVAILABLE", "ONNX Runtime cannot be loaded on this platform.", {
      remedy: "Run npm ci on Linux x64/arm64 (glibc), macOS arm64 or Windows; see the cause.",
      cause: error,
    });
  }
}
