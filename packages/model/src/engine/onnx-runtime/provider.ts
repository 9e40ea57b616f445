import type { InferenceSession } from "onnxruntime-node";

/** Where ONNX Runtime runs a network: its execution providers that Hairline knows. */
export type OnnxRuntimeProvider = "cpu" | "webgpu" | "cuda" | "tensorrt";

export interface ProviderOptions {
  readonly provider: OnnxRuntimeProvider;
  /** Which GPU, from 0. */
  readonly device: number;
  readonly threads: number | undefined;
  /** Lets WebGPU leave layers to the CPU, where no layer that is large needs it. */
  readonly cpuFallback?: boolean;
  /** Results that stay in the GPU's memory. */
  readonly onDevice?: readonly string[];
}

/** Fatal only: what goes wrong is thrown, and stderr is the program's own. */
const SILENT = 4;

/**
 * Waiting threads sleep. Spinning takes the cores from the decoders beside it: on a machine with three times more
 * work than cores, 4 threads gave 14 img/s at 62 CPU ms an image with it, 49 img/s at 24 ms without (batch of 1).
 */
const SLEEP_WHEN_IDLE = { intra_op: { allow_spinning: "0" } };

export function sessionOptions({
  provider,
  device,
  threads,
  cpuFallback = false,
  onDevice = [],
}: ProviderOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: providersOf(provider, device),
    graphOptimizationLevel: "all",
    logSeverityLevel: SILENT,
    extra: {
      session: {
        ...SLEEP_WHEN_IDLE,
        // A layer that fell back to the CPU would cross the bus twice in every batch: refuse the session instead.
        ...(provider === "webgpu" && !cpuFallback ? { disable_cpu_ep_fallback: "1" } : {}),
      },
    },
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    ...(onDevice.length === 0 ? {} : { preferredOutputLocation: locations(onDevice) }),
  };
}

function locations(names: readonly string[]): Record<string, "gpu-buffer"> {
  return Object.fromEntries(names.map((name) => [name, "gpu-buffer"]));
}

export function deviceName({ provider, device }: ProviderOptions): string {
  return provider === "cuda" || provider === "tensorrt" ? `${provider}:${device}` : provider;
}

function providersOf(
  provider: OnnxRuntimeProvider,
  deviceId: number,
): InferenceSession.ExecutionProviderConfig[] {
  switch (provider) {
    case "cpu":
    case "webgpu":
      return [provider];
    case "cuda":
      return [{ name: "cuda", deviceId }];
    case "tensorrt":
      // TensorRT hands the layers it cannot compile to CUDA.
      return [
        { name: "tensorrt", deviceId },
        { name: "cuda", deviceId },
      ];
  }
}
