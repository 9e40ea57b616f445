import type { ScoreShard } from "@hairline/core/jobs";
import type { WorkerActivity } from "@hairline/core/workers";
import type { BatchRoom } from "./pipeline/batch-room.ts";

/** What this worker does, kept for its heartbeat. */
export class ScoringActivity {
  readonly #room: BatchRoom;
  /** In the order they were started. */
  readonly #shards = new Set<ScoreShard>();
  #images = 0;

  constructor(room: BatchRoom) {
    this.#room = room;
  }

  /** The network has read so many more images. */
  countImages(count: number): void {
    this.#images += count;
  }

  /** Holds the shard for as long as the work on it takes. */
  async holding<T>(shard: ScoreShard, work: () => Promise<T>): Promise<T> {
    this.#shards.add(shard);
    try {
      return await work();
    } finally {
      this.#shards.delete(shard);
    }
  }

  read(): WorkerActivity {
    const [shard] = this.#shards;
    return {
      images: this.#images,
      batchSize: this.#room.size,
      shard: shard === undefined ? undefined : { runId: shard.runId, ordinal: shard.ordinal },
    };
  }
}
