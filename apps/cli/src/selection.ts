import { championFor } from "@hairline/core/champions";
import type { Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";

export interface NamedRow {
  readonly id: number;
  readonly name: string;
}

export async function findDataset(database: Database, name: string): Promise<NamedRow | undefined> {
  const { rows } = await database.pool.query<NamedRow>("select id, name from dataset where name = $1", [
    name,
  ]);
  return rows[0];
}

export async function findModel(database: Database, name: string): Promise<NamedRow | undefined> {
  const { rows } = await database.pool.query<NamedRow>("select id, name from model where name = $1", [name]);
  return rows[0];
}

/** The dataset of that name, or the only one. @throws HairlineError DATASET_NOT_FOUND, BAD_ARGUMENT */
export async function resolveDataset(database: Database, name?: string): Promise<NamedRow> {
  const { rows } = await database.pool.query<NamedRow>("select id, name from dataset order by name");
  if (name !== undefined) {
    const named = rows.find((row) => row.name === name);
    if (named !== undefined) return named;
    throw new HairlineError(
      "DATASET_NOT_FOUND",
      `No dataset is named ${name}. ${listNames("datasets", rows)}`,
      {
        field: "dataset",
        remedy: "Run `hairline import <path>` first.",
      },
    );
  }
  return onlyOne(rows, {
    noun: "dataset",
    none: new HairlineError("DATASET_NOT_FOUND", "No dataset was imported yet.", {
      remedy: "Run `hairline import <path>` first.",
    }),
  });
}

/** The model of that name, or the only one. @throws HairlineError MODEL_NOT_FOUND, BAD_ARGUMENT */
export async function resolveModel(database: Database, name?: string): Promise<NamedRow> {
  const { rows } = await database.pool.query<NamedRow>("select id, name from model order by name");
  if (name !== undefined) {
    const named = rows.find((row) => row.name === name);
    if (named !== undefined) return named;
    throw new HairlineError("MODEL_NOT_FOUND", `No model is named ${name}. ${listNames("models", rows)}`, {
      field: "--model",
      remedy: "Run `hairline model import <file>` first.",
    });
  }
  return onlyOne(rows, {
    noun: "model",
    none: new HairlineError("MODEL_NOT_FOUND", "No model was imported yet.", {
      remedy: "Run `hairline model import <file>` first.",
    }),
  });
}

/** The model of that name, else the dataset's champion, else the only one. @throws as `resolveModel` */
export async function resolveScorer(
  database: Database,
  { model, dataset }: { readonly model?: string | undefined; readonly dataset: string },
): Promise<NamedRow & { readonly champion: boolean }> {
  const champion = model === undefined ? await championFor(database, dataset) : undefined;
  if (champion?.external === true) {
    throw new HairlineError(
      "BAD_ARGUMENT",
      `The champion ${champion.model} is external: it cannot score here.`,
      {
        field: "--model",
        remedy: "Import its scores with `hairline predictions import`, or name a model.",
      },
    );
  }
  if (champion !== undefined) return { id: champion.modelId, name: champion.model, champion: true };
  return { ...(await resolveModel(database, model)), champion: false };
}

function onlyOne(rows: readonly NamedRow[], choice: { noun: string; none: HairlineError }): NamedRow {
  const [first, second] = rows;
  if (first === undefined) throw choice.none;
  if (second === undefined) return first;
  throw new HairlineError("BAD_ARGUMENT", `Which ${choice.noun}? ${listNames(`${choice.noun}s`, rows)}`, {
    field: choice.noun,
    remedy: `Name the ${choice.noun}.`,
  });
}

function listNames(plural: string, rows: readonly NamedRow[]): string {
  if (rows.length === 0) return `There are no ${plural} yet.`;
  const shown = rows.slice(0, 10).map((row) => row.name);
  return `There are: ${shown.join(", ")}${rows.length > shown.length ? ", …" : ""}.`;
}
