import { workerData } from "node:worker_threads";
import { HairlineError } from "@hairline/core/errors";
import type { InferenceEngine } from "@hairline/model/engine";
import { serveRequests, type Answer } from "../threads/serve-requests.ts";
import type { InferenceReply, InferenceRequest, InferenceThreadData } from "./inference-protocol.ts";
import { openModelEngine } from "./open-model-engine.ts";

const settings = workerData as InferenceThreadData;
const engines = new Map<number, InferenceEngine>();

serveRequests(async (request: InferenceRequest): Promise<Answer<InferenceReply>> => {
  switch (request.type) {
    case "load": {
      const engine = await openModelEngine(request.graph, settings);
      engines.set(request.modelId, engine);
      return { value: { name: engine.name, device: engine.device } };
    }
    case "unload": {
      const engine = engines.get(request.modelId);
      engines.delete(request.modelId);
      await engine?.close();
      return { value: undefined };
    }
    case "infer":
      return infer(request);
  }
});

async function infer({
  modelId,
  batch,
}: InferenceRequest & { type: "infer" }): Promise<Answer<InferenceReply>> {
  const engine = engines.get(modelId);
  if (engine === undefined) {
    throw new HairlineError(
      "ENGINE_UNAVAILABLE",
      `Model ${modelId} is not loaded: the engine was restarted.`,
    );
  }
  const result = await engine.infer(batch);
  const { logits, cams, embeddings } = result;
  return { value: result, transfer: [logits, cams, embeddings].map(({ buffer }) => buffer as ArrayBuffer) };
}
