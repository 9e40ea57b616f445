import { HairlineError } from "@hairline/core/errors";
import type { InferenceSession } from "onnxruntime-node";
import { GRAPH_INPUT, GRAPH_OUTPUTS } from "../../resnet/graph-interface.ts";
import { checkBatch, checkFinite } from "../check-batch.ts";
import type { InferenceEngine, InferenceResult, PixelBatch } from "../inference-engine.ts";
import { UnderWay } from "../under-way.ts";
import { createSession, damaged } from "./create-session.ts";
import { loadOnnxRuntime, type Runtime } from "./load-runtime.ts";
import { deviceName, type OnnxRuntimeProvider } from "./provider.ts";

export interface OnnxRuntimeOptions {
  /** Threads of one run, at least 1; as many as there are physical cores when absent. */
  readonly threads?: number | undefined;
  /** Default `cpu`. */
  readonly provider?: OnnxRuntimeProvider;
  /** Which GPU, from 0, for CUDA and TensorRT. */
  readonly device?: number | undefined;
}

/**
 * Opens a network on ONNX Runtime.
 *
 * A run holds the calling thread from start to end, on a GPU too (onnxruntime-node 1.30: no 5 ms timer fired in a run
 * of 490 ms), so a process that must answer its queue or its clients opens the engine in a worker thread. Pixels are
 * not copied in; outputs are fresh arrays (2.3 kB an image), so results stay valid after the next batch.
 *
 * @param model an ONNX file with the inputs and outputs of buildResnetGraph, or its path
 * @throws HairlineError ENGINE_UNAVAILABLE when ONNX Runtime or the provider cannot run here, BAD_ARGUMENT for bad
 *   `threads` or `device`, MODEL_DAMAGED when the file is no such network
 */
export async function openOnnxRuntimeEngine(
  model: Uint8Array | string,
  { threads, provider = "cpu", device = 0 }: OnnxRuntimeOptions = {},
): Promise<InferenceEngine> {
  if (threads !== undefined && (!Number.isSafeInteger(threads) || threads < 1))
    throw new HairlineError("BAD_ARGUMENT", `${threads} threads.`, { field: "threads" });
  if (!Number.isSafeInteger(device) || device < 0)
    throw new HairlineError("BAD_ARGUMENT", `GPU ${device}.`, { field: "device" });
  const runtime = await loadOnnxRuntime();
  const options = { provider, device, threads };
  const session = await createSession(runtime, model, options);
  try {
    return new OnnxRuntimeEngine({ runtime, session, device: deviceName(options) });
  } catch (error) {
    await session.release();
    throw error;
  }
}

interface OpenSession {
  readonly runtime: Runtime;
  readonly session: InferenceSession;
  readonly device: string;
}

class OnnxRuntimeEngine implements InferenceEngine {
  readonly name = "onnxruntime";
  readonly device: string;
  readonly inputSize: number;
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;
  readonly #underWay = new UnderWay();

  constructor({ runtime, session, device }: OpenSession) {
    this.#runtime = runtime;
    this.#session = session;
    this.device = device;
    this.inputSize = inputSizeOf(session);
  }

  infer(batch: PixelBatch): Promise<InferenceResult> {
    return this.#underWay.run(async () => {
      checkBatch(batch, this.inputSize);
      const result = toResult(await this.#run(batch));
      checkFinite(result);
      return result;
    });
  }

  close(): Promise<void> {
    return this.#underWay.close(() => this.#session.release());
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
