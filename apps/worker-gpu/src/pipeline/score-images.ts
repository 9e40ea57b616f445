import { setMaxListeners } from "node:events";
import { isHairlineError, type ErrorCode } from "@hairline/core/errors";
import type { PixelImage } from "@hairline/imaging/preprocess";
import type { InferenceResult, PixelBatch } from "@hairline/model/engine";
import type { ShardImage } from "../shard/load-shard.ts";
import type { BatchRoom } from "./batch-room.ts";
import { intoBatches, type BatchMember } from "./batch.ts";
import { forEachConcurrently, mapConcurrently } from "./concurrency.ts";
import { inferBatch } from "./infer-batch.ts";
import type { Prediction, Rejection, ShardOutcome } from "./image-outcome.ts";
import { readAhead } from "./read-ahead.ts";

/** The stages, each of which may be busy with other shards too. Every one obeys the signal. */
export interface ScoringStages {
  readonly read: (image: ShardImage, signal: AbortSignal) => Promise<Uint8Array>;
  readonly decode: (bytes: Uint8Array, signal: AbortSignal) => Promise<PixelImage>;
  readonly infer: (batch: PixelBatch, signal: AbortSignal) => Promise<InferenceResult>;
  /** Images read or decoded at once. */
  readonly decodesInFlight: number;
  /** Batches given to the network at once. */
  readonly batchesInFlight: number;
  /** Images of a batch. */
  readonly room: BatchRoom;
  readonly alphas: readonly number[];
  readonly keepEmbeddings: boolean;
}

/** Batches decoded before the network asks for them. */
const BATCHES_AHEAD = 2;

/**
 * Takes images through read, decode, batch and inference, all stages at once. What is held at a time is bounded
 * by decodesInFlight images and batchesInFlight + 3 batches, however many images there are.
 *
 * @returns one prediction or rejection for each image, in order of completion
 * @throws the signal's reason; what a stage throws that no single image is at fault for
 */
export async function scoreImages(
  images: readonly ShardImage[],
  stages: ScoringStages,
  signal: AbortSignal,
): Promise<ShardOutcome> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  // Every image and batch under way listens to it.
  setMaxListeners(0, either);
  const predictions: Prediction[] = [];
  const rejections: Rejection[] = [];
  const members = decodeImages(images, { stages, signal: either, rejections });
  const batches = readAhead(intoBatches(members, stages.room.size), BATCHES_AHEAD);
  try {
    await forEachConcurrently(batches, stages.batchesInFlight, async (batch) => {
      const infer = (pixels: PixelBatch) => stages.infer(pixels, either);
      const outcome = await inferBatch(batch, { ...stages, infer }).catch((error: unknown) => {
        // The stages before must stop too, or leaving them would wait for a whole batch to be decoded.
        stop.abort(error);
        throw error;
      });
      predictions.push(...outcome.predictions);
      rejections.push(...outcome.rejections);
    });
  } finally {
    stop.abort();
  }
  signal.throwIfAborted();
  return { predictions, rejections };
}

interface DecodeContext {
  readonly stages: ScoringStages;
  readonly signal: AbortSignal;
  readonly rejections: Rejection[];
}

async function* decodeImages(
  images: readonly ShardImage[],
  { stages, signal, rejections }: DecodeContext,
): AsyncGenerator<BatchMember, void, undefined> {
  const load = async (image: ShardImage): Promise<BatchMember | Rejection> => {
    try {
      signal.throwIfAborted();
      return { imageId: image.id, pixels: await stages.decode(await stages.read(image, signal), signal) };
    } catch (error) {
      if (signal.aborted || !isHairlineError(error) || !IMAGE_FAULTS.has(error.code)) throw error;
      return { imageId: image.id, code: error.code, message: error.message };
    }
  };
  for await (const loaded of mapConcurrently(images, stages.decodesInFlight, load)) {
    if ("pixels" in loaded) yield loaded;
    else rejections.push(loaded);
  }
}

/** Codes that put one image into quarantine; any other failure is the shard's, and is tried again. */
const IMAGE_FAULTS: ReadonlySet<ErrorCode> = new Set([
  "PATH_OUTSIDE_ROOT",
  "IMAGE_FILE_MISSING",
  "IMAGE_EMPTY",
  "IMAGE_UNREADABLE",
  "IMAGE_TRUNCATED",
  "IMAGE_FORMAT_UNSUPPORTED",
  "IMAGE_TOO_LARGE",
  "IMAGE_DECODE_TIMEOUT",
  "IMAGE_CHANGED",
]);
