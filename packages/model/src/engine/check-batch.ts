import { HairlineError } from "@hairline/core/errors";
import type { InferenceResult, PixelBatch } from "./inference-engine.ts";

/** @throws HairlineError BAD_SHAPE */
export function checkBatch({ count, channels, size, data }: PixelBatch, inputSize: number): void {
  if (!Number.isSafeInteger(count) || count < 1) throw badShape("count", `A batch of ${count} images.`);
  if (channels !== 1 && channels !== 3) throw badShape("channels", `Images of ${String(channels)} channels.`);
  if (size !== inputSize) throw badShape("size", `Images of ${size} pixels for a network of ${inputSize}.`);
  const expected = count * channels * size * size;
  if (data.length !== expected)
    throw badShape("data", `${data.length} bytes where the batch has ${expected}.`);
}

/**
 * Network overflow shows as infinity or NaN. Which image it was rides in `field`, so that one odd image can be set
 * aside and the rest of its batch run again.
 *
 * @throws HairlineError INFERENCE_FAILED
 */
export function checkFinite({ logits, cams }: Pick<InferenceResult, "logits" | "cams">): void {
  const cells = cams.length / logits.length;
  const failed: number[] = [];
  logits.forEach((logit, image) => {
    const cam = cams.subarray(image * cells, (image + 1) * cells);
    if (!Number.isFinite(logit) || !cam.every(Number.isFinite)) failed.push(image);
  });
  if (failed.length === 0) return;
  throw new HairlineError("INFERENCE_FAILED", "The network gave NaN or infinity.", {
    field: `image ${failed.join(", ")}`,
    remedy: "Score the images one by one; report it with the model and the image.",
  });
}

function badShape(field: string, message: string): HairlineError {
  return new HairlineError("BAD_SHAPE", message, { field });
}
