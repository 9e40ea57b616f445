import { HairlineError, isHairlineError } from "@hairline/core/errors";
import type { InferenceResult, PixelBatch } from "@hairline/model/engine";
import { assembleBatch, type BatchMember } from "./batch.ts";
import type { ShardOutcome } from "./image-outcome.ts";
import { readPredictions, type ReadOptions } from "./read-predictions.ts";

export interface InferBatchOptions extends ReadOptions {
  readonly infer: (batch: PixelBatch) => Promise<InferenceResult>;
}

/**
 * Runs the network on a batch. A batch that fails is halved until it passes, which gets around a device short of
 * memory, or until the one image is found that the network gives no usable number for: that one is rejected.
 *
 * @throws HairlineError ENGINE_UNAVAILABLE when not even a single image can be run
 */
export async function inferBatch(
  members: readonly BatchMember[],
  options: InferBatchOptions,
): Promise<ShardOutcome> {
  const imageIds = members.map(({ imageId }) => imageId);
  try {
    return readPredictions(imageIds, await options.infer(assembleBatch(members)), options);
  } catch (error) {
    if (!isHairlineError(error) || error.code !== "INFERENCE_FAILED") throw error;
    const middle = Math.floor(members.length / 2);
    if (middle === 0) return rejectAlone(members[0], error);
    const first = await inferBatch(members.slice(0, middle), options);
    const second = await inferBatch(members.slice(middle), options);
    return {
      predictions: [...first.predictions, ...second.predictions],
      rejections: [...first.rejections, ...second.rejections],
    };
  }
}

/** An engine names the images it has no finite number for; a failure without a name is the device's own. */
function rejectAlone(member: BatchMember | undefined, error: HairlineError): ShardOutcome {
  if (member === undefined || error.field?.startsWith("image") !== true) {
    throw new HairlineError("ENGINE_UNAVAILABLE", `The engine failed: ${error.message}`, { cause: error });
  }
  const { code, message } = error;
  return { predictions: [], rejections: [{ imageId: member.imageId, code, message }] };
}
