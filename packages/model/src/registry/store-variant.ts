import type { Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";
import type { ObjectStore } from "@hairline/core/storage";
import type { Quantization } from "../quantize/quantization.ts";
import { graphKey, keepStoredFile, sha256Of } from "./artefacts.ts";
import { checkModelName } from "./model-name.ts";
import { requireNetwork, type ResnetModelRecord } from "./model-record.ts";
import { getModelById } from "./model-rows.ts";

export interface VariantOptions {
  readonly database: Database;
  readonly store: ObjectStore;
  /** The fp32 model. */
  readonly base: ResnetModelRecord;
  readonly name: string;
  readonly graph: Uint8Array;
  readonly variant:
    { readonly precision: "fp16" } | { readonly precision: "int8"; readonly quantization: Quantization };
}

export interface StoredVariant {
  readonly model: ResnetModelRecord;
  /** False when the same graph of the same base was stored before; `model` is then that one, under its name. */
  readonly created: boolean;
}

/**
 * Stores a graph made from an fp32 model as a model of its own, with its own hash: thresholds chosen on one are not
 * valid for the other, and their facts must not mix.
 *
 * @throws HairlineError BAD_ARGUMENT for the name, or a base that is a variant itself; MODEL_NAME_TAKEN
 */
export async function storeVariant(options: VariantOptions): Promise<StoredVariant> {
  const { database, store, base, graph } = options;
  checkModelName(options.name);
  requireFullPrecision(base);
  const graphSha256 = sha256Of(graph);
  const objectKey = graphKey({ weightsSha256: base.weights.sha256, graphSha256 });
  await keepStoredFile(store, { objectKey, sha256: graphSha256 }, graph);
  const created = await insertVariant(options, graphSha256);
  const id = created ?? (await findVariant(database, base.id, graphSha256));
  if (id === undefined)
    throw new HairlineError("MODEL_NAME_TAKEN", `Another model is named ${options.name}.`, {
      field: "name",
      remedy: "Choose another --name.",
    });
  return { model: requireNetwork(await getModelById(database, id)), created: created !== undefined };
}

/** @throws HairlineError BAD_ARGUMENT when the model is a variant itself */
export function requireFullPrecision({ name, precision }: ResnetModelRecord): void {
  if (precision === "fp32") return;
  throw new HairlineError("BAD_ARGUMENT", `The model ${name} is ${precision} already.`, {
    field: "model",
    remedy: "Name the fp32 model it was made from.",
  });
}

/** @returns the new row's id, or undefined when its name or its graph is there already */
async function insertVariant(
  { database, base, name, variant }: VariantOptions,
  graphSha256: string,
): Promise<number | undefined> {
  const { rows } = await database.pool.query<{ id: number }>(
    `insert into model (name, kind, architecture, weights_sha256, graph_sha256, preprocessing,
       preprocessing_fingerprint, input_size, cam_cells, alphas, precision, base_model_id, quantization)
     select $2::text, kind, architecture, weights_sha256, $3::bytea, preprocessing, preprocessing_fingerprint,
       input_size, cam_cells, alphas, $4::text, id, $5::jsonb
     from model where id = $1::int
     on conflict do nothing
     returning id`,
    [
      base.id,
      name,
      Buffer.from(graphSha256, "hex"),
      variant.precision,
      variant.precision === "int8" ? JSON.stringify(variant.quantization) : null,
    ],
  );
  return rows[0]?.id;
}

async function findVariant(
  { pool }: Database,
  baseModelId: number,
  graphSha256: string,
): Promise<number | undefined> {
  const { rows } = await pool.query<{ id: number }>(
    "select id from model where base_model_id = $1::int and graph_sha256 = $2::bytea",
    [baseModelId, Buffer.from(graphSha256, "hex")],
  );
  return rows[0]?.id;
}
