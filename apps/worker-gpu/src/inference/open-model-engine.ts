import { openFilesystemStore } from "@hairline/core/storage";
import { openOnnxRuntimeEngine, type InferenceEngine } from "@hairline/model/engine";
import { loadStoredFile, type StoredFile } from "@hairline/model/registry";
import type { InferenceThreadData } from "./inference-protocol.ts";

/** Reads and checks a graph where it is used: hashing its 45 MB takes longer than the main thread may be busy. */
export async function openModelEngine(
  graph: StoredFile,
  { objectsRoot, threads }: InferenceThreadData,
): Promise<InferenceEngine> {
  const bytes = await loadStoredFile(openFilesystemStore(objectsRoot), graph);
  return openOnnxRuntimeEngine(bytes, { threads });
}
