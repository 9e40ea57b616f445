import type { WorkerConfig } from "./config.ts";
import type { Logger } from "./log.ts";
import type { TrainingConfig } from "./train/training-config.ts";
import { startTrainingWorker } from "./train/training-worker.ts";
import { startScoringWorker, type ScoringWorker } from "./worker.ts";

/** Starts what this process is to work on: scoring, training, or both. */
export async function startWorkers(
  config: WorkerConfig,
  training: TrainingConfig,
  log: Logger,
): Promise<ScoringWorker> {
  const { tasks } = training;
  const trainer = tasks.has("train") ? await startTrainingWorker(config, training, log) : undefined;
  try {
    const scorer = tasks.has("score") ? await startScoringWorker(config, log) : undefined;
    return {
      close: async (options) => {
        await Promise.all([trainer?.close(), scorer?.close(options)]);
      },
    };
  } catch (error) {
    await trainer?.close();
    throw error;
  }
}
