import { HairlineError, isHairlineError } from "@hairline/core/errors";
import type { InferenceResult, PixelBatch } from "@hairline/model/engine";
import type { BatchRoom } from "./batch-room.ts";
import { assembleBatch, type BatchMember } from "./batch.ts";
import type { Prediction, ShardOutcome } from "./image-outcome.ts";
import { readPredictions, type ReadOptions } from "./read-predictions.ts";

export interface InferBatchOptions extends ReadOptions {
  readonly infer: (batch: PixelBatch) => Promise<InferenceResult>;
  /** What a batch is cut to before it is run, and what a device short of memory makes smaller. */
  readonly room: BatchRoom;
}

/**
 * Runs the network on a batch. A batch that fails is halved until it passes, which gets around a device short of
 * memory, or until the one image is found that the network gives no usable number for: that one is rejected. The size
 * that passed on a device short of memory is kept for the batches to come.
 *
 * @throws HairlineError ENGINE_UNAVAILABLE when not even a single image can be run
 */
export async function inferBatch(
  members: readonly BatchMember[],
  options: InferBatchOptions,
): Promise<ShardOutcome> {
  if (members.length > options.room.size) return inferInParts(members, options.room.size, options);
  const imageIds = members.map(({ imageId }) => imageId);
  try {
    const outcome = readPredictions(imageIds, await options.infer(assembleBatch(members)), options);
    return { ...outcome, predictions: withQuality(outcome.predictions, members) };
  } catch (error) {
    if (!isHairlineError(error) || error.code !== "INFERENCE_FAILED") throw error;
    const middle = Math.floor(members.length / 2);
    if (middle === 0) return rejectAlone(members[0], error);
    const first = await inferBatch(members.slice(0, middle), options);
    if (!namesImage(error)) options.room.shrinkTo(middle);
    return joinOutcomes(first, await inferBatch(members.slice(middle), options));
  }
}

function withQuality(
  predictions: readonly Prediction[],
  members: readonly BatchMember[],
): readonly Prediction[] {
  const qualities = new Map(members.map(({ imageId, pixels }) => [imageId, pixels.quality]));
  return predictions.map((prediction) => {
    const quality = qualities.get(prediction.imageId);
    return quality === undefined ? prediction : { ...prediction, quality };
  });
}

async function inferInParts(
  members: readonly BatchMember[],
  size: number,
  options: InferBatchOptions,
): Promise<ShardOutcome> {
  const first = await inferBatch(members.slice(0, size), options);
  return joinOutcomes(first, await inferBatch(members.slice(size), options));
}

function joinOutcomes(first: ShardOutcome, second: ShardOutcome): ShardOutcome {
  return {
    predictions: [...first.predictions, ...second.predictions],
    rejections: [...first.rejections, ...second.rejections],
  };
}

function rejectAlone(member: BatchMember | undefined, error: HairlineError): ShardOutcome {
  if (member === undefined || !namesImage(error)) {
    throw new HairlineError("ENGINE_UNAVAILABLE", `The engine failed: ${error.message}`, { cause: error });
  }
  const { code, message } = error;
  return { predictions: [], rejections: [{ imageId: member.imageId, code, message }] };
}

/** An engine names the images it has no finite number for; a failure without a name is the device's own. */
function namesImage({ field }: HairlineError): boolean {
  return field?.startsWith("image") === true;
}
