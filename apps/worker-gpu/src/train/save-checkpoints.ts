import {
  decodeCheckpoint,
  deleteCheckpoints,
  encodeCheckpoint,
  getCheckpoint,
  putCheckpoint,
  type TrainingCheckpoint,
} from "@hairline/model/train";
import type { TrainingRun } from "./training-run.ts";

/** Writes checkpoints so that at any moment, whatever ends the process, the row names one that is whole. */
export class CheckpointSaver {
  readonly #run: Pick<TrainingRun, "training" | "attempt" | "store" | "settings">;
  #committedKey: string | undefined;
  #savedAt = performance.now();

  constructor(run: Pick<TrainingRun, "training" | "attempt" | "store" | "settings">) {
    this.#run = run;
    this.#committedKey = run.training.checkpoint?.objectKey;
  }

  /** The checkpoint to go on from, once those that a crash left are gone. */
  async restore(): Promise<TrainingCheckpoint | undefined> {
    const { training, store } = this.#run;
    await deleteCheckpoints(store, training.id, this.#committedKey);
    if (training.checkpoint === null) return undefined;
    return decodeCheckpoint(await getCheckpoint(store, training.checkpoint));
  }

  isDue(): boolean {
    return performance.now() - this.#savedAt >= this.#run.settings.checkpointMs;
  }

  /** @throws HairlineError INTERRUPTED when the training is no longer this worker's */
  async save(checkpoint: TrainingCheckpoint): Promise<void> {
    const { training, attempt, store } = this.#run;
    const stored = await putCheckpoint(store, training.id, encodeCheckpoint(checkpoint));
    try {
      await attempt.commitCheckpoint(stored);
    } catch (error) {
      await store.delete(stored.objectKey);
      throw error;
    }
    if (this.#committedKey !== undefined) await store.delete(this.#committedKey);
    this.#committedKey = stored.objectKey;
    this.#savedAt = performance.now();
  }
}
