import type { PixelImage } from "@hairline/imaging/preprocess";
import { HairlineError } from "@hairline/core/errors";
import type { InferenceEngine } from "../engine/inference-engine.ts";
import { EMBEDDING_LENGTH } from "../resnet/architecture.ts";
import type { LabelledEmbeddings } from "./logistic-objective.ts";

/** An image as the network takes it, with what is known of it. */
export interface LabelledImage {
  readonly pixels: PixelImage;
  readonly label: 0 | 1;
}

export interface EmbedOptions {
  readonly engine: InferenceEngine;
  /** Images in one run of the network; default 16. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
  /** Called after each run with the images done so far. */
  readonly onProgress?: (done: number) => void;
}

/**
 * Runs images through a network for their embeddings, in order. Only one batch of pixels is held, so the images
 * may come from a generator that reads them as they are asked for.
 *
 * @throws HairlineError as the engine does; INTERRUPTED when the signal fires
 */
export async function embedImages(
  images: Iterable<LabelledImage> | AsyncIterable<LabelledImage>,
  { engine, batchSize = 16, signal, onProgress }: EmbedOptions,
): Promise<LabelledEmbeddings> {
  const embeddings: Float32Array[] = [];
  const labels: number[] = [];
  let batch: PixelImage[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    embeddings.push((await engine.infer(stack(batch))).embeddings);
    batch = [];
    onProgress?.(labels.length);
  };
  for await (const { pixels, label } of images) {
    stopWhenAborted(signal);
    // A batch has one number of channels.
    if (batch.length >= batchSize || (batch[0] ?? pixels).channels !== pixels.channels) await flush();
    batch.push(pixels);
    labels.push(label);
  }
  stopWhenAborted(signal);
  await flush();
  const flat = new Float32Array(labels.length * EMBEDDING_LENGTH);
  let end = 0;
  for (const part of embeddings) {
    flat.set(part, end);
    end += part.length;
  }
  return { embeddings: flat, labels: Uint8Array.from(labels), width: EMBEDDING_LENGTH };
}

function stack(images: readonly PixelImage[]): Parameters<InferenceEngine["infer"]>[0] {
  const { channels, size } = images[0]!;
  const length = channels * size * size;
  const data = new Uint8Array(images.length * length);
  images.forEach((image, index) => {
    if (image.size !== size || image.data.length !== length) {
      throw new HairlineError(
        "BAD_SHAPE",
        `Image ${index} of the batch is not ${channels} x ${size} x ${size}.`,
      );
    }
    data.set(image.data, index * length);
  });
  return { count: images.length, channels, size, data };
}

function stopWhenAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new HairlineError("INTERRUPTED", "Embedding was stopped.", { cause: signal.reason });
}
