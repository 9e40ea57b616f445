import { openObjectStore } from "@hairline/core/storage";
import { openEngine, type InferenceEngine } from "@hairline/model/engine";
import { storedArtefact, type ModelFiles } from "@hairline/model/registry";
import type { InferenceThreadData } from "./inference-protocol.ts";

/** Reads and checks a network where it is used: hashing its 45 MB takes longer than the main thread may be busy. */
export function openModelEngine(
  model: ModelFiles,
  { objectsRoot, engine, gpu, threads }: InferenceThreadData,
): Promise<InferenceEngine> {
  const artefact = storedArtefact(openObjectStore(objectsRoot), model);
  return openEngine({ engine, artefact, threads, device: gpu });
}
