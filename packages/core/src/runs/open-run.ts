import { randomUUID } from "node:crypto";
import type { Database } from "../db/index.ts";
import type { RunPriority } from "./priority.ts";

/** Images a job scores when nothing else is said: 1 M images are 3,907 jobs (docs/adr/0002). */
export const DEFAULT_SHARD_SIZE = 256;

export interface OpenRunOptions {
  readonly database: Database;
  readonly datasetId: number;
  readonly modelId: number;
  /** Images a shard, in [1, 65536]. */
  readonly shardSize?: number;
  /** Try the images again that this model could not score before. */
  readonly retryQuarantined?: boolean;
  /** Store the 512-d embedding of every image. */
  readonly embeddings?: boolean;
  /** Default normal. Of a run that is joined it is left as it is: see setRunPriority. */
  readonly priority?: RunPriority;
}

export interface OpenedRun {
  readonly runId: string;
  /** True when an unfinished run of the same dataset and model was found and is continued. */
  readonly resumed: boolean;
}

/** The one unfinished run of a dataset and model: the existing one, else a new one waiting to be planned. */
export async function openRun(options: OpenRunOptions): Promise<OpenedRun> {
  const { database, datasetId, modelId } = options;
  const inserted = await database.pool.query<{ id: string }>(
    `insert into run (id, dataset_id, model_id, shard_size, retry_quarantined, embeddings, priority)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (dataset_id, model_id) where state in ('planning', 'running') and image_ids is null do nothing
     returning id`,
    [
      randomUUID(),
      datasetId,
      modelId,
      options.shardSize ?? DEFAULT_SHARD_SIZE,
      options.retryQuarantined ?? false,
      options.embeddings ?? false,
      options.priority ?? "normal",
    ],
  );
  const created = inserted.rows[0];
  if (created !== undefined) return { runId: created.id, resumed: false };

  const open = await database.pool.query<{ id: string }>(
    `select id from run where dataset_id = $1 and model_id = $2 and state in ('planning', 'running')
       and image_ids is null`,
    [datasetId, modelId],
  );
  const existing = open.rows[0];
  // The open run finished between the two statements: there is room for a new one now.
  return existing === undefined ? openRun(options) : { runId: existing.id, resumed: true };
}
