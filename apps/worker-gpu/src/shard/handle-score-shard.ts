import type { Database } from "@hairline/core/db";
import { toHairlineError } from "@hairline/core/errors";
import type { JobHandler, ScoreShard } from "@hairline/core/jobs";
import { isRetryable } from "@hairline/core/queue";
import type { DecodedCache } from "@hairline/imaging/decoded-cache";
import type { ScoringActivity } from "../activity.ts";
import type { ArchiveReader } from "../archive.ts";
import type { DecodePool } from "../decode/decode-pool.ts";
import { openDecodeStage } from "../decode/decode-stage.ts";
import type { InferenceDevice } from "../inference/inference-device.ts";
import type { ScoringModel } from "../inference/load-model.ts";
import type { Logger } from "../log.ts";
import type { BatchRoom } from "../pipeline/batch-room.ts";
import type { ShardOutcome } from "../pipeline/image-outcome.ts";
import { scoreImages, type ScoringStages } from "../pipeline/score-images.ts";
import { commitShard } from "./commit-shard.ts";
import { failRun } from "./fail-run.ts";
import { loadShard, type OpenShard } from "./load-shard.ts";

/** What the shards of one worker share. */
export interface ScoringResources {
  readonly database: Database;
  readonly decoders: DecodePool;
  readonly decodedCache?: DecodedCache | undefined;
  readonly device: InferenceDevice;
  readonly room: BatchRoom;
  readonly activity: ScoringActivity;
  readonly loadModel: (modelId: number) => Promise<ScoringModel>;
  readonly openArchive: (root: string) => ArchiveReader;
  readonly log: Logger;
  /** Stored with the shards it commits, so that its rate can be told. */
  readonly workerId?: string;
}

/**
 * Scores one shard and commits it. Delivered twice, the second time writes nothing. A failure that no further try
 * can cure ends the run with its code; any other is left to the queue.
 */
export function createScoreShardHandler(resources: ScoringResources): JobHandler<ScoreShard> {
  // Older shards go first at every stage: one started early to keep the device busy must not slow the one before.
  let shardsStarted = 0;
  return async (payload, signal) => {
    shardsStarted += 1;
    const priority = shardsStarted;
    const shard = await loadShard(resources.database, payload);
    if (shard === undefined) return;
    try {
      await resources.activity.holding(payload, () => scoreShard(resources, shard, { priority, signal }));
    } catch (error) {
      const known = toHairlineError(error);
      if (!signal.aborted && !isRetryable(known)) await failRun(resources.database, shard.runId, known.code);
      throw error;
    }
  };
}

interface ShardTurn {
  readonly priority: number;
  readonly signal: AbortSignal;
}

async function scoreShard(resources: ScoringResources, shard: OpenShard, turn: ShardTurn): Promise<void> {
  const startedMs = performance.now();
  const outcome = await scoreMembers(resources, shard, turn);
  const scoredMs = performance.now();
  turn.signal.throwIfAborted();
  const ledger = await commitShard(resources.database, shard, {
    ...outcome,
    workerId: resources.workerId,
  });
  resources.log.info(
    {
      runId: shard.runId,
      ordinal: shard.ordinal,
      ...(ledger ?? { skipped: true }),
      scoringMs: Math.round(scoredMs - startedMs),
      commitMs: Math.round(performance.now() - scoredMs),
    },
    "shard done",
  );
}

async function scoreMembers(
  resources: ScoringResources,
  shard: OpenShard,
  turn: ShardTurn,
): Promise<ShardOutcome> {
  // Nothing is left to score when another run got to every member first.
  if (shard.images.length === 0) return { predictions: [], rejections: [] };
  const model = await resources.loadModel(shard.modelId);
  const decode = await openDecodeStage({ ...resources, ...turn, ...model, runId: shard.runId });
  return scoreImages(shard.images, stagesOf(resources, { shard, model, turn, decode }), turn.signal);
}

interface StageParts {
  readonly shard: OpenShard;
  readonly model: ScoringModel;
  readonly turn: ShardTurn;
  readonly decode: ScoringStages["decode"];
}

function stagesOf(resources: ScoringResources, { shard, model, turn, decode }: StageParts): ScoringStages {
  const { decoders, device, room, activity } = resources;
  const { files, alphas } = model;
  const { priority } = turn;
  const archive = resources.openArchive(shard.root);
  return {
    read: (image, signal) => archive.read(image, signal),
    decode,
    infer: async (batch, signal) => {
      const result = await device.infer(files, batch, { priority, signal });
      activity.countImages(batch.count);
      return result;
    },
    // Each thread has an image at work and one read for it to go on with.
    decodesInFlight: 2 * decoders.size,
    batchesInFlight: device.batchesAtOnce,
    room,
    alphas,
    keepEmbeddings: shard.keepEmbeddings,
  };
}
