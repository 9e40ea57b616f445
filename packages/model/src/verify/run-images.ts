import type { PixelImage } from "@hairline/imaging/preprocess";
import type { InferenceEngine } from "../engine/inference-engine.ts";
import type { ComparedOutputs } from "./deviation.ts";
import { batchesOf } from "./probe-images.ts";

export interface RunImagesOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told after each batch how many images are done. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** @throws what the engine throws, and the signal's reason */
export async function runImages(
  engine: InferenceEngine,
  images: readonly PixelImage[],
  { signal, onProgress }: RunImagesOptions = {},
): Promise<ComparedOutputs> {
  const logits: number[] = [];
  const cams: number[] = [];
  for (const batch of batchesOf(images)) {
    signal?.throwIfAborted();
    const result = await engine.infer(batch);
    logits.push(...result.logits);
    cams.push(...result.cams);
    onProgress?.(logits.length);
  }
  return { logits: Float32Array.from(logits), cams: Float32Array.from(cams) };
}
