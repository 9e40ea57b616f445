import type { ThreadSettings } from "./config.ts";

export interface ThreadPlan {
  readonly batchSize: number;
  readonly decodeThreads: number;
  readonly inferThreads: number;
}

const BATCH_SIZE = 32;

/** How a machine's cores are shared where nothing was set. Measured in docs/adr/0005-scoring-pipeline.md. */
export function planThreads(settings: ThreadSettings): ThreadPlan {
  const { cores } = settings;
  return {
    batchSize: settings.batchSize ?? BATCH_SIZE,
    decodeThreads: settings.decodeThreads ?? Math.max(1, Math.ceil(cores / 4)),
    inferThreads: settings.inferThreads ?? cores,
  };
}
