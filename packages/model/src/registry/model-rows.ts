import type { Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";
import { parsePreprocessing } from "@hairline/imaging/preprocess";
import type { ResnetArchitecture } from "../resnet/architecture.ts";
import type { Precision } from "../resnet/graph-interface.ts";
import { graphKey, weightsKey } from "./artefacts.ts";
import { requireNetwork, type ModelRecord, type ResnetModelRecord } from "./model-record.ts";

interface ModelRow {
  readonly id: number;
  readonly name: string;
  readonly kind: "resnet" | "external";
  readonly architecture: ResnetArchitecture | null;
  readonly weights_sha256: Buffer | null;
  readonly graph_sha256: Buffer | null;
  readonly preprocessing: unknown;
  readonly preprocessing_fingerprint: string | null;
  readonly cam_cells: number | null;
  readonly alphas: number[];
  readonly description: string | null;
  readonly created_at: Date;
  readonly precision: Precision;
  readonly base_model_id: number | null;
}

const SELECT = `select id, name, kind, architecture, weights_sha256, graph_sha256, preprocessing,
  preprocessing_fingerprint, cam_cells, alphas, description, created_at, precision, base_model_id
  from model`;

/** Every model, by name. */
export async function listModels(database: Database): Promise<ModelRecord[]> {
  const { rows } = await database.pool.query<ModelRow>(`${SELECT} order by name`);
  return rows.map(toRecord);
}

/** @throws HairlineError MODEL_NOT_FOUND */
export async function getModel(database: Database, name: string): Promise<ModelRecord> {
  const { rows } = await database.pool.query<ModelRow>(`${SELECT} where name = $1::text`, [name]);
  return onlyRow(rows, `No model is named ${name}.`);
}

/** @throws HairlineError MODEL_NOT_FOUND */
export async function getModelById(database: Database, id: number): Promise<ModelRecord> {
  const { rows } = await database.pool.query<ModelRow>(`${SELECT} where id = $1::int`, [id]);
  return onlyRow(rows, `There is no model ${id}.`);
}

/** The model, if it is a network. @throws HairlineError MODEL_NOT_FOUND; BAD_ARGUMENT for one that scored elsewhere */
export async function getNetwork(database: Database, name: string): Promise<ResnetModelRecord> {
  return requireNetwork(await getModel(database, name));
}

/** The fp32 network that a variant was made from; the network itself when it is fp32. */
export async function getBaseNetwork(
  database: Database,
  model: ResnetModelRecord,
): Promise<ResnetModelRecord> {
  return model.baseModelId === null ? model : requireNetwork(await getModelById(database, model.baseModelId));
}

/** The network of these weights and this preprocessing, if it was imported. */
export async function findByIdentity(
  database: Database,
  identity: { readonly weightsSha256: string; readonly preprocessingFingerprint: string },
): Promise<ModelRecord | undefined> {
  const { rows } = await database.pool.query<ModelRow>(
    `${SELECT} where kind = 'resnet' and precision = 'fp32' and weights_sha256 = $1::bytea
       and preprocessing_fingerprint = $2::text`,
    [Buffer.from(identity.weightsSha256, "hex"), identity.preprocessingFingerprint],
  );
  return rows[0] === undefined ? undefined : toRecord(rows[0]);
}

function onlyRow(rows: readonly ModelRow[], message: string): ModelRecord {
  const [row] = rows;
  if (row !== undefined) return toRecord(row);
  throw new HairlineError("MODEL_NOT_FOUND", message, {
    field: "model",
    remedy: "Run `hairline model import <file>` first; `hairline model list` shows what there is.",
  });
}

function toRecord(row: ModelRow): ModelRecord {
  const { id, name, alphas, description } = row;
  const shared = { id, name, alphas, description, createdAt: row.created_at };
  if (row.kind === "external") return { ...shared, kind: "external" };
  const {
    architecture,
    weights_sha256: weights,
    graph_sha256: graph,
    preprocessing_fingerprint: fingerprint,
  } = row;
  if (
    architecture === null ||
    weights === null ||
    graph === null ||
    fingerprint === null ||
    row.cam_cells === null
  )
    throw new HairlineError("MODEL_DAMAGED", `The row of model ${name} is not complete.`, {
      remedy: "Import the model again.",
    });
  const files = { weightsSha256: weights.toString("hex"), graphSha256: graph.toString("hex") };
  return {
    ...shared,
    kind: "resnet",
    architecture,
    preprocessing: parsePreprocessing(row.preprocessing),
    preprocessingFingerprint: fingerprint,
    camCells: row.cam_cells,
    weights: { objectKey: weightsKey(files), sha256: files.weightsSha256 },
    graph: { objectKey: graphKey(files), sha256: files.graphSha256 },
    precision: row.precision,
    baseModelId: row.base_model_id,
  };
}
