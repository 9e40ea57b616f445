import type { Database } from "@hairline/core/db";
import type { ScoreShard } from "@hairline/core/jobs";
import type { ArchiveFile } from "../archive.ts";

/** A shard that has work left. */
export interface OpenShard {
  readonly runId: string;
  readonly ordinal: number;
  readonly modelId: number;
  /** Folder or prefix the object keys are relative to. */
  readonly root: string;
  readonly keepEmbeddings: boolean;
  /** Members without a prediction of the run's model, by id; another run may have scored the rest meanwhile. */
  readonly images: readonly ShardImage[];
}

export interface ShardImage extends ArchiveFile {
  readonly id: number;
}

interface ImageRow {
  readonly id: number;
  readonly object_key: string;
  readonly byte_size: number | null;
  readonly modified_at: Date | null;
}

interface ShardRow {
  readonly model_id: number;
  readonly root: string;
  readonly embeddings: boolean;
  readonly image_ids: number[];
}

/** The shard, or undefined when it is done, its run is paused or has ended, or either no longer exists. */
export async function loadShard(
  { pool }: Database,
  { runId, ordinal }: ScoreShard,
): Promise<OpenShard | undefined> {
  const { rows } = await pool.query<ShardRow>(
    `select run.model_id, dataset.root, run.embeddings, shard.image_ids
     from shard join run on run.id = shard.run_id join dataset on dataset.id = run.dataset_id
     where shard.run_id = $1::uuid and shard.ordinal = $2::int and shard.done_at is null
       and run.state in ('planning', 'running') and run.paused_at is null`,
    [runId, ordinal],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const images = await pool.query<ImageRow>(
    `select id, object_key, byte_size, modified_at from image
     where id = any($1::bigint[])
       and not exists (select from prediction where model_id = $2::int and image_id = image.id)
     order by id`,
    [row.image_ids, row.model_id],
  );
  return {
    runId,
    ordinal,
    modelId: row.model_id,
    root: row.root,
    keepEmbeddings: row.embeddings,
    images: images.rows.map(shardImage),
  };
}

function shardImage({ id, object_key, byte_size, modified_at }: ImageRow): ShardImage {
  const isKnown = byte_size !== null && modified_at !== null;
  return {
    id,
    objectKey: object_key,
    imported: isKnown ? { byteSize: byte_size, modifiedAt: modified_at } : undefined,
  };
}
