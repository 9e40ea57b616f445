import type { Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";
import { ALPHAS } from "@hairline/core/explain";
import type { ObjectStore } from "@hairline/core/storage";
import {
  IMAGENET_PREPROCESSING,
  preprocessingFingerprint,
  type Preprocessing,
} from "@hairline/imaging/preprocess";
import { camSide } from "../resnet/architecture.ts";
import { buildResnetGraph } from "../resnet/build-graph.ts";
import { identifyResnet, requireScorer, type ResnetWeights } from "../resnet/identify.ts";
import { atFile } from "../weights/failure.ts";
import { readWeights } from "../weights/read-weights.ts";
import { writeSafetensors } from "../weights/safetensors-write.ts";
import type { StateDict } from "../weights/tensor.ts";
import { graphKey, isIntact, keepStoredFile, sha256Of, weightsKey } from "./artefacts.ts";
import { checkModelName, modelNameOf } from "./model-name.ts";
import type { ModelRecord, StoredFile } from "./model-record.ts";
import { findByIdentity, getModelById } from "./model-rows.ts";

const INPUT_SIZE = { least: 32, most: 4096 } as const;

/** Where the weights come from: a file, named after itself unless `name` says otherwise, or tensors with a name. */
export type ModelSource =
  | { readonly path: string; readonly name?: string | undefined }
  | { readonly stateDict: StateDict; readonly name: string };

export interface ImportModelOptions {
  readonly database: Database;
  readonly store: ObjectStore;
  readonly source: ModelSource;
  /** Default: ImageNet's statistics at 224 pixels. */
  readonly preprocessing?: Preprocessing;
  readonly description?: string;
}

export interface ImportedModel {
  readonly model: ModelRecord;
  /** False when the same weights and preprocessing were imported before; `model` is then that one, under its name. */
  readonly created: boolean;
}

/**
 * Makes a scorer of a weights file: checks every tensor, stores canonical weights and the ONNX graph, and adds a row.
 * Importing the same again changes nothing, except that a damaged stored file is written anew.
 *
 * @throws HairlineError WEIGHTS_* for the file, BAD_ARGUMENT for the name or preprocessing, MODEL_NAME_TAKEN
 */
export async function importModel(options: ImportModelOptions): Promise<ImportedModel> {
  const { database, store, source, preprocessing = IMAGENET_PREPROCESSING } = options;
  const name = checkModelName("path" in source ? (source.name ?? modelNameOf(source.path)) : source.name);
  checkInputSize(preprocessing);
  const fingerprint = preprocessingFingerprint(preprocessing);
  const artefacts = makeArtefacts(await readScorer(source), preprocessing);
  const identity = { weightsSha256: artefacts.weights.file.sha256, preprocessingFingerprint: fingerprint };
  const existing = await findByIdentity(database, identity);
  if (existing !== undefined) return { model: await repair(options, existing, artefacts), created: false };
  await keepStoredFile(store, artefacts.weights.file, artefacts.weights.bytes);
  await keepStoredFile(store, artefacts.graph.file, artefacts.graph.bytes);
  const id = await insertRow(options, { name, preprocessing, fingerprint, artefacts });
  if (id !== undefined) return { model: await getModelById(database, id), created: true };
  const concurrent = await findByIdentity(database, identity);
  if (concurrent !== undefined) return { model: concurrent, created: false };
  throw new HairlineError("MODEL_NAME_TAKEN", `Another model is named ${name}.`, {
    field: "name",
    remedy: "Choose another --name.",
  });
}

async function readScorer(source: ModelSource): Promise<ResnetWeights> {
  if (!("path" in source)) return requireScorer(identifyResnet(source.stateDict));
  const stateDict = await readWeights(source.path);
  try {
    return requireScorer(identifyResnet(stateDict));
  } catch (error) {
    throw atFile(error, source.path);
  }
}

interface Artefact {
  readonly file: StoredFile;
  readonly bytes: Uint8Array;
}

interface Artefacts {
  readonly architecture: string;
  readonly weights: Artefact;
  readonly graph: Artefact;
}

function makeArtefacts(resnet: ResnetWeights, preprocessing: Preprocessing): Artefacts {
  const { architecture, tensors } = resnet;
  // "format" is what Python's safetensors.torch expects to find.
  const weights = writeSafetensors(tensors, { format: "pt", architecture });
  const graph = buildResnetGraph(resnet, preprocessing);
  const hashes = { weightsSha256: sha256Of(weights), graphSha256: sha256Of(graph) };
  return {
    architecture,
    weights: { file: { objectKey: weightsKey(hashes), sha256: hashes.weightsSha256 }, bytes: weights },
    graph: { file: { objectKey: graphKey(hashes), sha256: hashes.graphSha256 }, bytes: graph },
  };
}

/** @returns the new row's id, or undefined when its name or its identity is there already */
async function insertRow(
  { database, description }: ImportModelOptions,
  row: { name: string; preprocessing: Preprocessing; fingerprint: string; artefacts: Artefacts },
): Promise<number | undefined> {
  const { name, preprocessing, fingerprint, artefacts } = row;
  const { rows } = await database.pool.query<{ id: number }>(
    `insert into model (name, kind, architecture, weights_sha256, graph_sha256, preprocessing,
       preprocessing_fingerprint, input_size, cam_cells, alphas, description)
     values ($1::text, 'resnet', $2::text, $3::bytea, $4::bytea, $5::jsonb, $6::text, $7::int, $8::int, $9::real[],
       $10::text)
     on conflict do nothing
     returning id`,
    [
      name,
      artefacts.architecture,
      Buffer.from(artefacts.weights.file.sha256, "hex"),
      Buffer.from(artefacts.graph.file.sha256, "hex"),
      JSON.stringify(preprocessing),
      fingerprint,
      preprocessing.inputSize,
      camSide(preprocessing.inputSize) ** 2,
      [...ALPHAS],
      description ?? null,
    ],
  );
  return rows[0]?.id;
}

/**
 * Writes again what the store lost. A graph that this release builds differently does not replace an intact one, so
 * that all facts of a model come from one graph.
 */
async function repair(
  { database, store }: ImportModelOptions,
  model: ModelRecord,
  { weights, graph }: Artefacts,
): Promise<ModelRecord> {
  await keepStoredFile(store, weights.file, weights.bytes);
  if (model.kind === "external" || (await isIntact(store, model.graph))) return model;
  await store.put(graph.file.objectKey, graph.bytes);
  await database.pool.query("update model set graph_sha256 = $2::bytea where id = $1::int", [
    model.id,
    Buffer.from(graph.file.sha256, "hex"),
  ]);
  return getModelById(database, model.id);
}

function checkInputSize({ inputSize }: Preprocessing): void {
  if (Number.isInteger(inputSize) && inputSize >= INPUT_SIZE.least && inputSize <= INPUT_SIZE.most) return;
  throw new HairlineError("BAD_ARGUMENT", `An input size of ${inputSize} pixels.`, {
    field: "input-size",
    remedy: `Give a whole number from ${INPUT_SIZE.least} to ${INPUT_SIZE.most}; 224 is what ResNets are trained with.`,
  });
}
