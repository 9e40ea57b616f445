import { createHash } from "node:crypto";
import { HairlineError, isHairlineError } from "@hairline/core/errors";
import type { ObjectStore } from "@hairline/core/storage";
import { networkWeightsKey } from "@hairline/core/training";
import type { ModelArtefact } from "../engine/model-artefact.ts";
import { requireNetwork, type ModelFiles, type ModelRecord, type StoredFile } from "./model-record.ts";

interface Hashes {
  readonly weightsSha256: string;
  readonly graphSha256: string;
}

/** ResNet-34 takes 85 MB; a larger object is not one of ours. */
const MAX_MODEL_BYTES = 256 * 1024 * 1024;

export function weightsKey({ weightsSha256 }: Pick<Hashes, "weightsSha256">): string {
  return networkWeightsKey(weightsSha256);
}

/** Named by its own hash: one set of weights has a graph for each preprocessing, and perhaps for each release. */
export function graphKey({ weightsSha256, graphSha256 }: Hashes): string {
  return `models/${weightsSha256}/${graphSha256}.onnx`;
}

/**
 * The ONNX graph of an imported network.
 *
 * @throws HairlineError MODEL_DAMAGED when the file is missing or has another hash; BAD_ARGUMENT for an external model
 */
export async function loadModelGraph(store: ObjectStore, model: ModelRecord): Promise<Uint8Array> {
  return loadStoredFile(store, requireNetwork(model).graph);
}

/** A stored network as engines take it: each file is read, and its hash checked, when it is asked for. */
export function storedArtefact(store: ObjectStore, files: ModelFiles): ModelArtefact {
  return {
    precision: files.precision,
    preprocessing: files.preprocessing,
    readGraph: () => loadStoredFile(store, files.graph),
    readWeights: () => loadStoredFile(store, files.weights),
  };
}

/**
 * A file of a model, its hash checked.
 *
 * @throws HairlineError MODEL_DAMAGED
 */
export async function loadStoredFile(
  store: ObjectStore,
  { objectKey, sha256 }: StoredFile,
): Promise<Uint8Array> {
  const bytes = await getOrRefuse(store, objectKey);
  if (sha256Of(bytes) !== sha256) throw damaged("does not match its hash", objectKey);
  return bytes;
}

/** A lost or swollen object is the model's fault; a store that fails is not, and may work on a retry. */
async function getOrRefuse(store: ObjectStore, objectKey: string): Promise<Uint8Array> {
  try {
    return await store.get(objectKey, { maxBytes: MAX_MODEL_BYTES });
  } catch (error) {
    if (!isHairlineError(error)) throw error;
    if (error.code === "IMAGE_FILE_MISSING") throw damaged("is missing", objectKey, error);
    if (error.code === "IMAGE_TOO_LARGE") throw damaged("has grown", objectKey, error);
    throw error;
  }
}

/** Writes a file unless the store already has it intact. */
export async function keepStoredFile(store: ObjectStore, file: StoredFile, bytes: Uint8Array): Promise<void> {
  if (!(await isIntact(store, file))) await store.put(file.objectKey, bytes);
}

export async function isIntact(store: ObjectStore, file: StoredFile): Promise<boolean> {
  try {
    await loadStoredFile(store, file);
    return true;
  } catch (error) {
    if (isHairlineError(error) && error.code === "MODEL_DAMAGED") return false;
    throw error;
  }
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function damaged(problem: string, file: string, cause?: unknown): HairlineError {
  return new HairlineError("MODEL_DAMAGED", `A file of the model ${problem}.`, {
    file,
    remedy: "Import the model again from its weights file.",
    cause,
  });
}
