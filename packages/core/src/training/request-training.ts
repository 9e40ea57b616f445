import { randomUUID } from "node:crypto";
import type { Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import type { TrainingSelection } from "./selection.ts";
import { findOpenTraining, type HashedObject, type StartKind, type Training } from "./training.ts";

export interface NewTraining {
  /** Of the model to make. */
  readonly name: string;
  readonly datasetId: number;
  readonly recipe: Readonly<Record<string, unknown>>;
  readonly selection: TrainingSelection;
  readonly architecture: Training["architecture"];
  readonly preprocessing: object;
  readonly startKind: StartKind;
  readonly start: HashedObject;
  readonly baseModelId?: number | undefined;
  readonly createdBy?: string | undefined;
}

export interface RequestedTraining {
  readonly trainingId: string;
  /** False when an open training of that name, or a failed one with a checkpoint, asked for the same: it goes on. */
  readonly created: boolean;
}

/**
 * The row of a training, waiting for a worker; whoever asks also queues its job.
 *
 * @throws HairlineError MODEL_NAME_TAKEN when a model has the name, or an open training that asks for something else
 */
export async function requestTraining(database: Database, asked: NewTraining): Promise<RequestedTraining> {
  const { rows: models } = await database.pool.query("select from model where name = $1", [asked.name]);
  if (models.length > 0) throw nameTaken(asked.name, "A model is", "Choose another --name.");
  const open = await findOpenTraining(database.pool, asked.name);
  if (open !== undefined) return joined(database, open, asked);
  const failed = await resumeFailed(database, asked);
  if (failed !== undefined) return { trainingId: failed, created: false };
  const trainingId = randomUUID();
  const { rowCount } = await database.pool.query(
    `insert into training (id, name, dataset_id, recipe, selection, architecture, preprocessing, start_kind, start_key,
       start_sha256, base_model_id, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, decode($10, 'hex'), $11, $12)
     on conflict (name) where state in ('queued', 'running', 'stopped') do nothing`,
    [
      trainingId,
      asked.name,
      asked.datasetId,
      JSON.stringify(asked.recipe),
      JSON.stringify(asked.selection),
      asked.architecture,
      JSON.stringify(asked.preprocessing),
      asked.startKind,
      asked.start.objectKey,
      asked.start.sha256,
      asked.baseModelId ?? null,
      asked.createdBy ?? null,
    ],
  );
  if (rowCount === 1) return { trainingId, created: true };
  throw nameTaken(asked.name, "Another training is", "Choose another --name.");
}

/** The last failed training that asked for the same goes on from its checkpoint. @returns its id */
async function resumeFailed({ pool }: Database, asked: NewTraining): Promise<string | undefined> {
  const { rows } = await pool.query<{ id: string }>(
    `update training set state = 'queued', error_code = null, error_message = null, finished_at = null
     where id = (
       select id from training
       where name = $1 and state = 'failed' and checkpoint_key is not null and dataset_id = $2 and recipe = $3::jsonb
         and selection = $4::jsonb and start_sha256 = decode($5, 'hex')
       order by created_at desc, id limit 1)
     returning id`,
    [
      asked.name,
      asked.datasetId,
      JSON.stringify(asked.recipe),
      JSON.stringify(asked.selection),
      asked.start.sha256,
    ],
  );
  return rows[0]?.id;
}

async function joined(database: Database, open: Training, asked: NewTraining): Promise<RequestedTraining> {
  const { rowCount } = await database.pool.query(
    `update training set state = case state when 'stopped' then 'queued' else state end
     where id = $1 and dataset_id = $2 and recipe = $3::jsonb and selection = $4::jsonb
       and start_sha256 = decode($5, 'hex')`,
    [
      open.id,
      asked.datasetId,
      JSON.stringify(asked.recipe),
      JSON.stringify(asked.selection),
      asked.start.sha256,
    ],
  );
  if (rowCount === 1) return { trainingId: open.id, created: false };
  throw nameTaken(
    asked.name,
    `The open training ${open.id}, which asks for something else, is`,
    `Resume it with \`hairline train --resume ${open.id}\`, cancel it, or choose another --name.`,
  );
}

function nameTaken(name: string, who: string, remedy: string): HairlineError {
  return new HairlineError("MODEL_NAME_TAKEN", `${who} named ${name}.`, { field: "name", remedy });
}
