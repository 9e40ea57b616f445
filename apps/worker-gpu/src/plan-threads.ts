import type { EngineName } from "@hairline/model/engine";
import type { ThreadSettings } from "./config.ts";

export interface ThreadPlan {
  readonly batchSize: number;
  readonly decodeThreads: number;
  /** Engines side by side, each with its own copy of the network. */
  readonly engines: number;
  readonly threadsPerEngine: number;
}

/** Images of a batch: larger ones gain nothing on a CPU, and make the last ones of a shard wait for each other. */
const BATCH_SIZE = 8;

/** A GPU needs more at once to be busy, and its memory holds them. */
const GPU_BATCH_SIZE = 32;

/** Bounds the copies of the network: about 250 MB each. */
const MAX_ENGINES = 8;

/** How a machine's cores are shared where nothing was set. Measured in docs/adr/0006-scoring-pipeline.md. */
export function planThreads(settings: ThreadSettings, engine: EngineName = "cpu"): ThreadPlan {
  if (engine !== "cpu") return planForDevice(settings);
  const { cores, inferThreads = cores } = settings;
  const threadsPerEngine = Math.ceil(inferThreads / MAX_ENGINES);
  return {
    batchSize: settings.batchSize ?? BATCH_SIZE,
    decodeThreads: settings.decodeThreads ?? Math.ceil(cores / 2),
    engines: Math.ceil(inferThreads / threadsPerEngine),
    threadsPerEngine,
  };
}

/** One engine, which has the device or the library's own threads to itself; the cores decode. */
function planForDevice({ cores, batchSize, decodeThreads }: ThreadSettings): ThreadPlan {
  return {
    batchSize: batchSize ?? GPU_BATCH_SIZE,
    decodeThreads: decodeThreads ?? cores,
    engines: 1,
    threadsPerEngine: 1,
  };
}
