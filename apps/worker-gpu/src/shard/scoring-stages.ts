import { secondsSince } from "../metrics/scoring-metrics.ts";
import type { ScoringModel } from "../inference/load-model.ts";
import type { ScoringStages } from "../pipeline/score-images.ts";
import type { OpenShard } from "./load-shard.ts";
import type { ScoringResources } from "./scoring-resources.ts";

export interface StageParts {
  readonly shard: OpenShard;
  readonly model: ScoringModel;
  /** Lower goes first. */
  readonly priority: number;
  readonly decode: ScoringStages["decode"];
}

/** The stages of one shard over what the worker's shards share, timed. */
export function createScoringStages(resources: ScoringResources, parts: StageParts): ScoringStages {
  const { decoders, device, room, activity, metrics } = resources;
  const { shard, model, priority, decode } = parts;
  const archive = resources.openArchive(shard.root);
  return {
    read: async (image, signal) => {
      const startedMs = performance.now();
      const bytes = await archive.read(image, signal);
      metrics.read.observe(secondsSince(startedMs));
      return bytes;
    },
    decode: async (bytes, signal) => {
      const startedMs = performance.now();
      const pixels = await decode(bytes, signal);
      metrics.decode.observe(secondsSince(startedMs));
      return pixels;
    },
    infer: async (batch, signal) => {
      const startedMs = performance.now();
      const result = await device.infer(model.files, batch, { priority, signal });
      metrics.inference.observe(secondsSince(startedMs));
      metrics.batchImages.observe(batch.count);
      activity.countImages(batch.count);
      return result;
    },
    // Each thread has an image at work and one read for it to go on with.
    decodesInFlight: 2 * decoders.size,
    batchesInFlight: device.batchesAtOnce,
    room,
    alphas: model.alphas,
    keepEmbeddings: shard.keepEmbeddings,
  };
}
