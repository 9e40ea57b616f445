import type { Database } from "@hairline/core/db";
import type { DecodedCache } from "@hairline/imaging/decoded-cache";
import type { ScoringActivity } from "../activity.ts";
import type { ArchiveReader } from "../archive.ts";
import type { DecodePool } from "../decode/decode-pool.ts";
import type { InferenceDevice } from "../inference/inference-device.ts";
import type { ScoringModel } from "../inference/load-model.ts";
import type { Logger } from "../log.ts";
import type { ScoringMetrics } from "../metrics/scoring-metrics.ts";
import type { BatchRoom } from "../pipeline/batch-room.ts";

/** What the shards of one worker share. */
export interface ScoringResources {
  readonly database: Database;
  readonly decoders: DecodePool;
  readonly decodedCache?: DecodedCache | undefined;
  readonly device: InferenceDevice;
  readonly room: BatchRoom;
  readonly activity: ScoringActivity;
  readonly metrics: ScoringMetrics;
  readonly loadModel: (modelId: number) => Promise<ScoringModel>;
  readonly openArchive: (root: string) => ArchiveReader;
  readonly log: Logger;
  /** Stored with the shards it commits, so that its rate can be told. */
  readonly workerId?: string;
}
