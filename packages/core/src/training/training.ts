import type pg from "pg";
import { HairlineError } from "../errors.ts";
import type { TrainingSelection } from "./selection.ts";

export const TRAINING_STATES = ["queued", "running", "stopped", "completed", "failed", "cancelled"] as const;
export type TrainingState = (typeof TRAINING_STATES)[number];

/** What the weights were before: a stored model's, a scorer's from a file, ImageNet's with a new head, or random. */
export type StartKind = "model" | "file" | "imagenet" | "scratch";

/** An object and its SHA-256, hex. */
export interface HashedObject {
  readonly objectKey: string;
  readonly sha256: string;
}

/** What a worker last told of a training under way. */
export interface TrainingProgress {
  readonly phase: "images" | "maps" | "training" | "validation";
  /** Epoch under way, from 0, and its steps done and in all; 0 before training. */
  readonly epoch: number;
  readonly step: number;
  readonly steps: number;
  /** Images done of the phase, or trained on since the beginning. */
  readonly images: number;
  /** Of the phase, or of all epochs. */
  readonly imagesTotal: number;
  /** Of the last step. */
  readonly loss: number | null;
  readonly imagesPerSecond: number | null;
}

/** A training as it stands. */
export interface Training {
  readonly id: string;
  readonly name: string;
  readonly datasetId: number;
  readonly dataset: string;
  readonly state: TrainingState;
  /** As Recipe of @hairline/model/train wrote it. */
  readonly recipe: Readonly<Record<string, unknown>>;
  readonly selection: TrainingSelection;
  readonly architecture: "resnet18" | "resnet34";
  /** As Preprocessing of @hairline/imaging wrote it. */
  readonly preprocessing: Readonly<Record<string, unknown>>;
  readonly startKind: StartKind;
  readonly start: HashedObject;
  readonly baseModelId: number | null;
  readonly baseModel: string | null;
  /** Hex; null, as the counts, before the images were looked at. */
  readonly dataFingerprint: string | null;
  readonly trainingImages: number | null;
  readonly validationImages: number | null;
  readonly leftOut: number | null;
  readonly attempt: number;
  readonly progress: TrainingProgress | null;
  readonly checkpoint: HashedObject | null;
  readonly modelId: number | null;
  /** Name of the model it made; another than `name` when that was taken meanwhile. */
  readonly model: string | null;
  readonly cardKey: string | null;
  readonly createdAt: Date;
  readonly createdBy: string | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
}

const SELECT = `
  select training.id, training.name, training.dataset_id as "datasetId", dataset.name as dataset, training.state,
         training.recipe, training.selection, training.architecture, training.preprocessing,
         training.start_kind as "startKind",
         json_build_object('objectKey', start_key, 'sha256', encode(start_sha256, 'hex')) as start,
         training.base_model_id as "baseModelId", base.name as "baseModel",
         encode(data_fingerprint, 'hex') as "dataFingerprint", training_images as "trainingImages",
         validation_images as "validationImages", left_out as "leftOut", attempt, progress,
         case when checkpoint_key is not null
           then json_build_object('objectKey', checkpoint_key, 'sha256', encode(checkpoint_sha256, 'hex'))
         end as checkpoint,
         training.model_id as "modelId", made.name as model, card_key as "cardKey",
         training.created_at as "createdAt", training.created_by as "createdBy", training.started_at as "startedAt",
         training.finished_at as "finishedAt", training.error_code as "errorCode",
         training.error_message as "errorMessage"
  from training
  join dataset on dataset.id = training.dataset_id
  left join model base on base.id = training.base_model_id
  left join model made on made.id = training.model_id`;

type Client = pg.ClientBase | pg.Pool;

/** @throws HairlineError TRAINING_NOT_FOUND */
export async function readTraining(client: Client, id: string): Promise<Training> {
  const { rows } = await client.query<Training>(`${SELECT} where training.id::text = $1`, [id]);
  if (rows[0] !== undefined) return rows[0];
  throw new HairlineError("TRAINING_NOT_FOUND", `No training has the id ${id}.`, {
    field: "training",
    remedy: "List them with `hairline trainings`.",
  });
}

/** The latest trainings, newest first. */
export async function listTrainings(client: Client, limit = 50): Promise<Training[]> {
  const { rows } = await client.query<Training>(
    `${SELECT} order by training.created_at desc, training.id limit $1`,
    [limit],
  );
  return rows;
}

/** The queued, running or stopped training of that name. */
export async function findOpenTraining(client: Client, name: string): Promise<Training | undefined> {
  const { rows } = await client.query<Training>(
    `${SELECT} where training.name = $1 and training.state in ('queued', 'running', 'stopped')`,
    [name],
  );
  return rows[0];
}

/** The training that made a model; the latest, where several gave the same weights. */
export async function findTrainingOfModel(client: Client, modelId: number): Promise<Training | undefined> {
  const { rows } = await client.query<Training>(
    `${SELECT} where training.model_id = $1 order by training.finished_at desc, training.id limit 1`,
    [modelId],
  );
  return rows[0];
}
