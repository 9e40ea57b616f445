import { loadSql, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { filterLiteral, type FactFilter } from "../facts/index.ts";

/**
 * Which of a dataset's scored images a reading is about. A study is read whole or not at all: one with a view that fails
 * a condition on single images (all but body part and split) is left out of readings of studies.
 */
export type ImageFilter = FactFilter;

/** What a reading is asked about, by name. */
export interface ReadingRequest {
  readonly database: Database;
  readonly dataset: string;
  /** When left out, the only model with predictions of the dataset; of several, its champion. */
  readonly model?: string | undefined;
  readonly filter?: ImageFilter | undefined;
}

/** A dataset and a model that has scored images of it. */
export interface ReadingScope {
  readonly datasetId: number;
  readonly dataset: string;
  readonly modelId: number;
  readonly model: string;
  /** The alpha of area_1, area_2, ... of the model's predictions. */
  readonly alphas: readonly number[];
}

interface NamedId {
  readonly id: number;
  readonly name: string;
}

async function findDataset(database: Database, name: string): Promise<NamedId> {
  const { rows } = await database.pool.query<NamedId>("select id, name from dataset where name = $1", [name]);
  if (rows[0] !== undefined) return rows[0];
  throw new HairlineError("DATASET_NOT_FOUND", `No dataset is named ${JSON.stringify(name)}.`, {
    field: "dataset",
    remedy: "Run `hairline import` or `hairline predictions import` first.",
  });
}

/** The only model that scored the dataset; of several, its champion. */
async function findScorer(database: Database, dataset: NamedId): Promise<NamedId> {
  const { rows } = await database.pool.query<NamedId>(loadSql("scored-models"), [dataset.id]);
  const [first, second] = rows;
  if (first === undefined) throw noPredictions(dataset.name);
  if (second === undefined) return first;
  const champions = await database.pool.query<{ model_id: number }>(
    "select model_id from champion where dataset = $1 or dataset is null order by dataset nulls last limit 1",
    [dataset.name],
  );
  const champion = rows.find(({ id }) => id === champions.rows[0]?.model_id);
  if (champion !== undefined) return champion;
  throw new HairlineError(
    "BAD_ARGUMENT",
    `${dataset.name} was scored by ${rows.length} models: ${rows.map((row) => row.name).join(", ")}.`,
    { field: "model", remedy: "Name the model, or promote one to champion." },
  );
}

async function findModel(database: Database, name: string): Promise<NamedId> {
  const { rows } = await database.pool.query<NamedId>("select id, name from model where name = $1", [name]);
  if (rows[0] !== undefined) return rows[0];
  throw new HairlineError("MODEL_NOT_FOUND", `No model is named ${JSON.stringify(name)}.`, {
    field: "model",
    remedy: "Run `hairline model import` or `hairline predictions import` first.",
  });
}

/** The error of a reading that has nothing to read. */
export function noPredictions(dataset: string, model?: string): HairlineError {
  const scorer = model === undefined ? "No model" : `The model ${model}`;
  return new HairlineError(
    "NO_PREDICTIONS",
    `${scorer} has scored no image of ${dataset} that the reading is about.`,
    {
      remedy: "Run `hairline score` or `hairline predictions import` first, or widen the filter.",
    },
  );
}

/**
 * Resolves the names of a reading.
 *
 * @throws HairlineError DATASET_NOT_FOUND, MODEL_NOT_FOUND, NO_PREDICTIONS when no model scored the dataset,
 *   BAD_ARGUMENT when no model is named, several did, and none of them is the champion
 */
export async function resolveScope({ database, dataset, model }: ReadingRequest): Promise<ReadingScope> {
  const archive = await findDataset(database, dataset);
  const scorer = model === undefined ? await findScorer(database, archive) : await findModel(database, model);
  const { rows } = await database.pool.query<{ alphas: number[] }>("select alphas from model where id = $1", [
    scorer.id,
  ]);
  return {
    datasetId: archive.id,
    dataset: archive.name,
    modelId: scorer.id,
    model: scorer.name,
    alphas: rows[0]?.alphas ?? [],
  };
}

/** The filter as the last parameter of every reading's query. */
export function filterParams(filter: ImageFilter | undefined): [string] {
  return [filterLiteral(filter)];
}
