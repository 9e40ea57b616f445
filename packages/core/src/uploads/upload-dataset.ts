import { randomUUID } from "node:crypto";
import { inTransaction, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { DEFAULT_QUIET_MS } from "../study-timers/index.ts";

/** A dataset that images are uploaded into. */
export interface UploadDataset {
  readonly datasetId: number;
  readonly dataset: string;
  /** Folder or s3:// URL its objects lie in. */
  readonly root: string;
  readonly modelId: number;
  /** Scores its studies. */
  readonly model: string;
  /** How long an upload may pause before its study is scored as it is, in milliseconds. */
  readonly quietMs: number;
}

export interface NewUploadDataset {
  readonly name: string;
  /** Folder or s3:// URL; the dataset gets a place of its own below it. */
  readonly location: string;
  readonly modelId: number;
  /** In [0, 86,400,000]; default DEFAULT_QUIET_MS. */
  readonly quietMs?: number | undefined;
  readonly by: string;
}

/**
 * Makes a dataset that takes uploads.
 *
 * @throws HairlineError DATASET_NAME_TAKEN
 */
export function createUploadDataset(database: Database, asked: NewUploadDataset): Promise<UploadDataset> {
  const { name, location, modelId, quietMs = DEFAULT_QUIET_MS, by } = asked;
  return inTransaction(database.pool, async (client) => {
    // Not the name: a dataset that is deleted and made again must not meet what the first one left.
    const root = `${location.replace(/\/+$/, "")}/uploads/${randomUUID()}`;
    const { rows } = await client.query<{ id: number }>(
      `insert into dataset (name, root, layout) values ($1, $2, 'upload')
       on conflict (name) do nothing
       returning id`,
      [name, root],
    );
    const datasetId = rows[0]?.id;
    if (datasetId === undefined) {
      throw new HairlineError("DATASET_NAME_TAKEN", `There is a dataset named ${name}.`, {
        field: "name",
        remedy: "Choose another name.",
      });
    }
    await client.query(
      "insert into upload_dataset (id, model_id, quiet_ms, created_by) values ($1, $2, $3, $4)",
      [datasetId, modelId, quietMs, by],
    );
    const made = await client.query<UploadDataset>(`${SELECT} where dataset.id = $1`, [datasetId]);
    return requireUploads(made.rows[0], name);
  });
}

/**
 * Changes which model scores studies that views are added to from now on, or the pause.
 *
 * @throws HairlineError DATASET_NOT_FOUND; BAD_ARGUMENT for a dataset that was imported
 */
export async function changeUploadDataset(
  database: Database,
  { name, modelId, quietMs }: Pick<NewUploadDataset, "name" | "quietMs"> & { modelId?: number | undefined },
): Promise<UploadDataset> {
  const { datasetId } = await readUploadDataset(database, name);
  await database.pool.query(
    "update upload_dataset set model_id = coalesce($2, model_id), quiet_ms = coalesce($3, quiet_ms) where id = $1",
    [datasetId, modelId ?? null, quietMs ?? null],
  );
  return readUploadDataset(database, name);
}

/** @throws HairlineError DATASET_NOT_FOUND; BAD_ARGUMENT for a dataset that was imported */
export async function readUploadDataset({ pool }: Database, name: string): Promise<UploadDataset> {
  const { rows } = await pool.query<UploadDataset>(`${SELECT} where dataset.name = $1`, [name]);
  if (rows[0] !== undefined) return rows[0];
  const { rowCount } = await pool.query("select from dataset where name = $1", [name]);
  return requireUploads(undefined, name, rowCount === 1);
}

const SELECT = `select dataset.id as "datasetId", dataset.name as dataset, dataset.root, model.id as "modelId",
  model.name as model, upload_dataset.quiet_ms as "quietMs"
  from dataset join upload_dataset using (id) join model on model.id = upload_dataset.model_id`;

function requireUploads(row: UploadDataset | undefined, name: string, imported = false): UploadDataset {
  if (row !== undefined) return row;
  if (imported) {
    throw new HairlineError("BAD_ARGUMENT", `${name} was imported: it takes no uploads.`, {
      field: "dataset",
      remedy: "Make a dataset for uploads.",
    });
  }
  throw new HairlineError("DATASET_NOT_FOUND", `No dataset is named ${name}.`, { field: "dataset" });
}
