import { randomUUID } from "node:crypto";
import type { Database } from "@hairline/core/db";

/** A dataset of one study with so many images. @returns the ids in order */
export async function createDataset(
  { pool }: Database,
  images: number,
): Promise<{ datasetId: number; imageIds: number[] }> {
  const name = `d-${randomUUID()}`;
  const dataset = await pool.query<{ id: number }>(
    "insert into dataset (name, root, layout) values ($1, '/archive', 'folder') returning id",
    [name],
  );
  const datasetId = dataset.rows[0]?.id ?? 0;
  await pool.query("insert into study (dataset_id, study_key) values ($1, 'study')", [datasetId]);
  return { datasetId, imageIds: await addImages({ pool }, datasetId, images) };
}

export async function addImages(
  { pool }: Pick<Database, "pool">,
  datasetId: number,
  count: number,
): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>(
    `insert into image (dataset_id, study_id, object_key)
     select $1, study.id, gen_random_uuid()::text || '.png'
     from study cross join generate_series(1, $2::int)
     where study.dataset_id = $1
     returning id`,
    [datasetId, count],
  );
  return rows.map(({ id }) => id).sort((a, b) => a - b);
}

export async function createModel({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ id: number }>(
    "insert into model (name, kind, alphas) values ($1, 'external', '{}') returning id",
    [`m-${randomUUID()}`],
  );
  return rows[0]?.id ?? 0;
}

export interface RunRequest {
  readonly datasetId: number;
  readonly modelId: number;
  readonly shardSize: number;
  readonly retryQuarantined?: boolean;
  readonly state?: string;
}

export async function createRun({ pool }: Database, request: RunRequest): Promise<string> {
  const runId = randomUUID();
  await pool.query(
    `insert into run (id, dataset_id, model_id, shard_size, retry_quarantined, state)
     values ($1, $2, $3, $4, $5, $6)`,
    [
      runId,
      request.datasetId,
      request.modelId,
      request.shardSize,
      request.retryQuarantined ?? false,
      request.state ?? "planning",
    ],
  );
  return runId;
}

export async function addPredictions(
  { pool }: Database,
  modelId: number,
  imageIds: readonly number[],
): Promise<void> {
  await pool.query(
    "insert into prediction (model_id, image_id, probability) select $1, id, 0.5 from unnest($2::bigint[]) as id",
    [modelId, imageIds],
  );
}

export async function addQuarantine(
  { pool }: Database,
  modelId: number,
  imageIds: readonly number[],
): Promise<void> {
  await pool.query(
    `insert into quarantine (model_id, image_id, code, message)
     select $1, id, 'IMAGE_TRUNCATED', 'ends early' from unnest($2::bigint[]) as id`,
    [modelId, imageIds],
  );
}

/** Marks shards done as a worker does: every member scored but the last `quarantined` ones. */
export async function finishShard(
  { pool }: Database,
  shard: { runId: string; ordinal: number },
  quarantined = 0,
): Promise<void> {
  await pool.query(
    `update shard set scored = image_count - $3::int, quarantined = $3::int, done_at = now()
     where run_id = $1 and ordinal = $2`,
    [shard.runId, shard.ordinal, quarantined],
  );
}

export interface RunRow {
  readonly state: string;
  readonly planned: number;
  readonly already_scored: number;
  readonly already_quarantined: number;
  readonly error_code: string | null;
  readonly finished: boolean;
}

export async function readRun({ pool }: Database, runId: string): Promise<RunRow | undefined> {
  const { rows } = await pool.query<RunRow>(
    `select state, planned, already_scored, already_quarantined, error_code, finished_at is not null as finished
     from run where id = $1`,
    [runId],
  );
  return rows[0];
}

/** The members of each shard, by ordinal. */
export async function readMembers({ pool }: Database, runId: string): Promise<number[][]> {
  const { rows } = await pool.query<{ image_ids: number[] }>(
    "select image_ids from shard where run_id = $1 order by ordinal",
    [runId],
  );
  return rows.map(({ image_ids }) => image_ids);
}
