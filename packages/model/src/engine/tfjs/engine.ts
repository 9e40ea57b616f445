import { HairlineError } from "@hairline/core/errors";
import type { Preprocessing } from "@hairline/imaging/preprocess";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs-core";
import type { ResnetWeights } from "../../resnet/identify.ts";
import { checkBatch, checkFinite } from "../check-batch.ts";
import type { InferenceEngine, InferenceResult, PixelBatch } from "../inference-engine.ts";
import { UnderWay } from "../under-way.ts";
import { loadTfjs, type TfjsBackend } from "./load-backend.ts";
import { TfjsNetwork, type NetworkOutputs } from "./network.ts";

/**
 * Opens a scorer on TensorFlow.js. A run holds the calling thread, as ONNX Runtime's does.
 *
 * @throws HairlineError ENGINE_UNAVAILABLE, WEIGHTS_TENSOR_SHAPE for ImageNet weights
 */
export async function openTfjsEngine({
  weights,
  preprocessing,
}: {
  readonly weights: ResnetWeights;
  readonly preprocessing: Preprocessing;
}): Promise<InferenceEngine> {
  const backend = await loadTfjs();
  return new TfjsEngine(
    backend,
    new TfjsNetwork(backend.tf, weights, preprocessing),
    preprocessing.inputSize,
  );
}

class TfjsEngine implements InferenceEngine {
  readonly name = "tfjs";
  readonly device: string;
  readonly inputSize: number;
  readonly #backend: TfjsBackend;
  readonly #network: TfjsNetwork;
  readonly #underWay = new UnderWay();

  constructor(backend: TfjsBackend, network: TfjsNetwork, inputSize: number) {
    this.#backend = backend;
    this.#network = network;
    this.device = backend.device;
    this.inputSize = inputSize;
  }

  infer(batch: PixelBatch): Promise<InferenceResult> {
    return this.#underWay.run(async () => {
      checkBatch(batch, this.inputSize);
      const result = await this.#run(batch);
      checkFinite(result);
      return result;
    });
  }

  close(): Promise<void> {
    return this.#underWay.close(() => this.#network.dispose());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(batch: PixelBatch): Promise<InferenceResult> {
    try {
      const { logit, cam, embedding } = this.#forward(batch);
      try {
        const [logits, cams, embeddings] = await Promise.all([
          ownFloats(logit),
          ownFloats(cam),
          ownFloats(embedding),
        ]);
        const [, camHeight, camWidth] = cam.shape;
        return { logits, cams, embeddings, camHeight, camWidth };
      } finally {
        this.#backend.tf.dispose([logit, cam, embedding]);
      }
    } catch (error) {
      throw new HairlineError("INFERENCE_FAILED", "TensorFlow.js could not run the network.", {
        cause: error,
      });
    }
  }

  #forward(batch: PixelBatch): NetworkOutputs {
    const { tf } = this.#backend;
    return tf.tidy(() => this.#network.run(toTensor(tf, batch)));
  }
}

/** Channels last; tfjs has no 8-bit type. */
function toTensor(tf: TfjsBackend["tf"], { count, channels, size, data }: PixelBatch): Tensor4D {
  const values = Float32Array.from(data);
  if (channels === 1) return tf.tensor4d(values, [count, size, size, 1]);
  return tf.tidy(() => tf.transpose(tf.tensor4d(values, [count, channels, size, size]), [0, 2, 3, 1]));
}

/** A backend may give a view on its own memory, which can neither be kept nor transferred. */
async function ownFloats(tensor: Tensor): Promise<Float32Array> {
  return Float32Array.from(await tensor.data());
}
