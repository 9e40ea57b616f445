import type { WorkerConfig } from "./config.ts";
import type { Logger } from "./log.ts";
import { observeWorker, type WorkerObserver } from "./observe-worker.ts";
import type { TrainingConfig } from "./train/training-config.ts";
import { startTrainingWorker, type TrainingWorker } from "./train/training-worker.ts";
import { startScoringWorker, type ScoringWorker } from "./worker.ts";

interface OpenParts {
  readonly observer: WorkerObserver;
  trainer?: TrainingWorker;
  scorer?: ScoringWorker;
}

export interface Workers {
  /** Takes no more work; what is under way after the drain time is given back. */
  close(options: { readonly drainMs: number }): Promise<void>;
}

/** Starts what this process is to work on: scoring, training, or both. */
export async function startWorkers(
  config: WorkerConfig,
  training: TrainingConfig,
  log: Logger,
): Promise<Workers> {
  const { tasks } = training;
  const observer = await observeWorker(config, log);
  const opened: OpenParts = { observer };
  try {
    if (tasks.has("train")) opened.trainer = await startTrainingWorker(config, training, { log, observer });
    if (tasks.has("score")) opened.scorer = await startScoringWorker(config, { log, observer });
    // Either has both servers that the process needs.
    await observer.serve({ ...opened.trainer?.checks, ...opened.scorer?.checks });
    return { close: ({ drainMs }) => closeWorkers(opened, drainMs) };
  } catch (error) {
    await closeWorkers(opened, 0);
    throw error;
  }
}

async function closeWorkers({ observer, trainer, scorer }: OpenParts, drainMs: number): Promise<void> {
  await Promise.all([trainer?.close(), scorer?.close({ drainMs })]);
  await observer.close();
}
