import type { Database } from "@hairline/core/db";
import type { ObjectStore } from "@hairline/core/storage";
import { buildResnetGraph } from "../resnet/build-graph.ts";
import { identifyResnet } from "../resnet/identify.ts";
import { readSafetensors } from "../weights/safetensors-read.ts";
import { loadStoredFile } from "./artefacts.ts";
import type { ResnetModelRecord } from "./model-record.ts";
import { storeVariant, type StoredVariant } from "./store-variant.ts";

/**
 * Makes a half-precision model of an fp32 one and stores it as a model of its own. GPUs run it faster; each engine has
 * to be verified with it.
 *
 * @param options.name default: the base's name and `-fp16`
 * @throws HairlineError WEIGHTS_TENSOR_NOT_FINITE when a weight does not fit half precision; BAD_ARGUMENT for the name
 *   or for a base that is a variant; MODEL_NAME_TAKEN, MODEL_DAMAGED
 */
export async function makeHalfModel(options: {
  readonly database: Database;
  readonly store: ObjectStore;
  readonly base: ResnetModelRecord;
  readonly name?: string | undefined;
}): Promise<StoredVariant> {
  const { store, base } = options;
  const weights = identifyResnet(readSafetensors(await loadStoredFile(store, base.weights)));
  const graph = buildResnetGraph(weights, base.preprocessing, "fp16");
  return storeVariant({
    ...options,
    name: options.name ?? `${base.name}-fp16`,
    graph,
    variant: { precision: "fp16" },
  });
}
