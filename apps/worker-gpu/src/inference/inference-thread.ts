import { workerData } from "node:worker_threads";
import type { InferenceResult } from "@hairline/model/engine";
import { serveRequests, type Answer } from "@hairline/core/threads";
import { EngineCache } from "./engine-cache.ts";
import type { InferenceRequest, InferenceThreadData } from "./inference-protocol.ts";
import { openModelEngine } from "./open-model-engine.ts";

/** Two shards are at work at once, and may belong to runs of two models. */
const NETWORKS_HELD = 2;

const settings = workerData as InferenceThreadData;
const engines = new EngineCache({
  open: (model) => openModelEngine(model, settings),
  capacity: NETWORKS_HELD,
});

serveRequests(async ({ model, batch }: InferenceRequest): Promise<Answer<InferenceResult>> => {
  const engine = await engines.get(model);
  const result = await engine.infer(batch);
  const { logits, cams, embeddings } = result;
  return { value: result, transfer: [logits, cams, embeddings].map(({ buffer }) => buffer as ArrayBuffer) };
});
