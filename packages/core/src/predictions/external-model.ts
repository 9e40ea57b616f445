import type pg from "pg";
import { HairlineError } from "../errors.ts";
import type { CamShape } from "./cam-shape.ts";

/** An external model as stored. */
export interface ExternalModel {
  readonly id: number;
  readonly name: string;
  readonly kind: "resnet" | "external";
  readonly alphas: readonly number[];
  readonly cam_cells: number | null;
}

const MODEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** @throws HairlineError BAD_ARGUMENT */
export function checkModelName(name: string): void {
  if (MODEL_NAME.test(name)) return;
  throw new HairlineError("BAD_ARGUMENT", `${JSON.stringify(name.slice(0, 120))} is not a model name.`, {
    field: "--model",
    remedy: 'Use letters, digits, ".", "_" and "-", starting with a letter or digit, at most 100 characters.',
  });
}

/**
 * The external model of that name; undefined when there is none.
 *
 * @throws HairlineError MODEL_NAME_TAKEN when a network has the name
 */
export async function findExternalModel(
  client: pg.ClientBase | pg.Pool,
  name: string,
): Promise<ExternalModel | undefined> {
  const { rows } = await client.query<ExternalModel>(
    "select id, name, kind, alphas, cam_cells from model where name = $1",
    [name],
  );
  const [model] = rows;
  if (model?.kind !== "resnet") return model;
  throw new HairlineError("MODEL_NAME_TAKEN", `${name} is a network that was imported with its weights.`, {
    field: "--model",
    remedy: "Choose another --model for predictions made elsewhere.",
  });
}

/** What an import brings for its model. */
export interface ModelClaim {
  readonly name: string;
  readonly alphas: readonly number[];
  readonly camShape: CamShape | undefined;
}

/**
 * The model that predictions go to: the external one of that name, else a new one.
 *
 * @throws HairlineError MODEL_NAME_TAKEN when the name is a network's, or its alphas or CAM size are others
 */
export async function claimExternalModel(
  client: pg.ClientBase | pg.Pool,
  claim: ModelClaim,
): Promise<{ model: ExternalModel; created: boolean }> {
  const cells = claim.camShape === undefined ? null : claim.camShape.height * claim.camShape.width;
  const { rowCount } = await client.query(
    `insert into model (name, kind, alphas, cam_cells) values ($1, 'external', $2, $3)
     on conflict (name) do nothing`,
    [claim.name, claim.alphas.map(Math.fround), cells],
  );
  const model = await findExternalModel(client, claim.name);
  if (model === undefined) throw new HairlineError("MODEL_NOT_FOUND", `The model ${claim.name} was removed.`);
  requireSameAlphas(model, claim.alphas);
  if (cells !== null && model.cam_cells === null) {
    await client.query("update model set cam_cells = $2 where id = $1 and cam_cells is null", [
      model.id,
      cells,
    ]);
  }
  requireSameCells(model, cells);
  return { model, created: rowCount === 1 };
}

function requireSameAlphas(model: ExternalModel, alphas: readonly number[]): void {
  const stored = model.alphas.map(Math.fround);
  if (stored.length === alphas.length && alphas.every((alpha, at) => stored[at] === Math.fround(alpha)))
    return;
  const list = (values: readonly number[]): string => (values.length === 0 ? "none" : values.join(", "));
  throw new HairlineError(
    "MODEL_NAME_TAKEN",
    `The model ${model.name} has areas at alpha ${list(model.alphas)}; this file has ${list(alphas)}.`,
    { field: "--model", remedy: "Give the same area@ columns, or choose another --model." },
  );
}

function requireSameCells(model: ExternalModel, cells: number | null): void {
  if (cells === null || model.cam_cells === null || model.cam_cells === cells) return;
  throw new HairlineError(
    "MODEL_NAME_TAKEN",
    `The CAMs of the model ${model.name} have ${model.cam_cells} cells; this file's have ${cells}.`,
    { field: "--model", remedy: "Entropy depends on the size of the grid: choose another --model." },
  );
}
