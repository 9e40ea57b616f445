import { HairlineError } from "@hairline/core/errors";
import type * as OnnxRuntime from "onnxruntime-node";
import type { InferenceSession } from "onnxruntime-node";
import { GRAPH_INPUT, GRAPH_OUTPUTS } from "../resnet/build-graph.ts";
import { checkBatch, checkFinite } from "./check-batch.ts";
import type { InferenceEngine, InferenceResult, PixelBatch } from "./inference-engine.ts";
import { refuseTelemetry } from "./refuse-telemetry.ts";

type Runtime = typeof OnnxRuntime;

export interface OnnxRuntimeOptions {
  /** Threads of one run, at least 1; as many as there are physical cores when absent. */
  readonly threads?: number;
}

/**
 * Opens a network on ONNX Runtime's CPU provider.
 *
 * A run holds the calling thread from start to end (onnxruntime-node 1.30: no 5 ms timer fired in a run of 490 ms), so
 * a process that must answer its queue or its clients opens the engine in a worker thread. Pixels are not copied in;
 * outputs are fresh arrays (2.3 kB an image), so results stay valid after the next batch.
 *
 * @param model an ONNX file with the inputs and outputs of buildResnetGraph, or its path
 * @throws HairlineError ENGINE_UNAVAILABLE when ONNX Runtime cannot be loaded, BAD_ARGUMENT for bad `threads`,
 *   MODEL_DAMAGED when the file is no such network
 */
export async function openOnnxRuntimeEngine(
  model: Uint8Array | string,
  { threads }: OnnxRuntimeOptions = {},
): Promise<InferenceEngine> {
  if (threads !== undefined && (!Number.isSafeInteger(threads) || threads < 1))
    throw new HairlineError("BAD_ARGUMENT", `${threads} threads.`, { field: "threads" });
  const runtime = await loadOnnxRuntime();
  const session = await createSession(runtime, model, {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "all",
    // Fatal only: what goes wrong is thrown, and stderr is the program's own.
    logSeverityLevel: 4,
    // Waiting threads sleep. Spinning takes the cores from the decoders beside it: on a machine with three times more
    // work than cores, 4 threads gave 14 img/s at 62 CPU ms an image with it, 49 img/s at 24 ms without (batch of 1).
    extra: { session: { intra_op: { allow_spinning: "0" } } },
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  });
  return new OnnxRuntimeEngine(runtime, session);
}

/** Imported on first use: loading the native library takes 30 ms, and fails where no binary exists for the platform. */
async function loadOnnxRuntime(): Promise<Runtime> {
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

async function createSession(
  runtime: Runtime,
  model: Uint8Array | string,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  try {
    // Two calls, since create() is overloaded on the type.
    if (typeof model === "string") return await runtime.InferenceSession.create(model, options);
    return await runtime.InferenceSession.create(model, options);
  } catch (error) {
    throw damaged(
      `ONNX Runtime refuses the network: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
}

class OnnxRuntimeEngine implements InferenceEngine {
  readonly name = "onnxruntime";
  readonly device = "cpu";
  readonly inputSize: number;
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;
  readonly #underWay = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(runtime: Runtime, session: InferenceSession) {
    this.#runtime = runtime;
    this.#session = session;
    this.inputSize = inputSizeOf(session);
  }

  async infer(batch: PixelBatch): Promise<InferenceResult> {
    if (this.#closing !== undefined) throw new HairlineError("ENGINE_UNAVAILABLE", "The engine is closed.");
    checkBatch(batch, this.inputSize);
    const run = this.#run(batch);
    this.#underWay.add(run);
    try {
      const result = toResult(await run);
      checkFinite(result);
      return result;
    } finally {
      this.#underWay.delete(run);
    }
  }

  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#underWay).then(() => this.#session.release());
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run({ count, channels, size, data }: PixelBatch): Promise<InferenceSession.OnnxValueMapType> {
    try {
      // The tensor is a view: pixels are not copied.
      const image = new this.#runtime.Tensor("uint8", data, [count, channels, size, size]);
      return await this.#session.run({ [GRAPH_INPUT]: image });
    } catch (error) {
      throw new HairlineError("INFERENCE_FAILED", "ONNX Runtime could not run the network.", {
        cause: error,
      });
    }
  }
}

function toResult(outputs: InferenceSession.OnnxValueMapType): InferenceResult {
  const cam = outputs[GRAPH_OUTPUTS.cam];
  const [, camHeight = 0, camWidth = 0] = cam?.dims ?? [];
  return {
    logits: floats(outputs[GRAPH_OUTPUTS.logit]),
    cams: floats(cam),
    camHeight,
    camWidth,
    embeddings: floats(outputs[GRAPH_OUTPUTS.embedding]),
  };
}

/** @throws HairlineError MODEL_DAMAGED when the graph is not one of buildResnetGraph's */
function inputSizeOf({ inputNames, outputNames, inputMetadata }: InferenceSession): number {
  const [image] = inputMetadata;
  const side =
    image?.isTensor === true && image.type === "uint8" && image.shape.length === 4
      ? image.shape[3]
      : undefined;
  const outputs = Object.values(GRAPH_OUTPUTS);
  if (
    inputNames.join() !== GRAPH_INPUT ||
    !outputs.every((name) => outputNames.includes(name)) ||
    typeof side !== "number"
  )
    throw damaged("The network does not have the input and outputs of an imported model.");
  return side;
}

function floats(value: InferenceSession.OnnxValueMapType[string] | undefined): Float32Array {
  const data = value?.data;
  if (data instanceof Float32Array) return data;
  throw new HairlineError("INFERENCE_FAILED", "ONNX Runtime returned an output of another type.");
}

function damaged(message: string, cause?: unknown): HairlineError {
  return new HairlineError("MODEL_DAMAGED", message, { remedy: "Import the model again.", cause });
}
