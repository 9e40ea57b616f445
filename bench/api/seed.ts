import type { Database } from "@hairline/core/db";

export const DATASET = "bench";
export const STUDIES = 2_000;
export const VIEWS = 2;
const RUNS = 50;

const STATEMENTS = [
  `insert into model (name, kind, architecture, weights_sha256, graph_sha256, preprocessing,
     preprocessing_fingerprint, input_size, cam_cells, alphas)
   values ('net', 'resnet', 'resnet18', '\\x00', '\\x01',
     '{"inputSize": 224, "resample": "bilinear", "mean": [0, 0, 0], "std": [1, 1, 1]}', 'f', 224, 49, '{0.5}')`,
  `insert into prediction (model_id, image_id, probability, entropy, area_1)
   select model.id, image.id, random()::real, (3.8 * random())::real, random()::real from model, image`,
  `insert into prediction_cam (model_id, image_id, height, width, grid)
   select model.id, image.id, 7, 7, array(select random()::real from generate_series(1, 49) where image.id is not null)
   from model, image`,
  `insert into run (id, dataset_id, model_id, shard_size, state, planned, started_at, finished_at)
   select gen_random_uuid(), dataset.id, model.id, 256, 'completed', 0, now(), now()
   from dataset, model, generate_series(1, ${RUNS})`,
  "vacuum analyze",
];

/** A dataset of studies of two images each, files in `root`, all scored with maps, and its past runs. */
export async function seedArchive({ pool }: Database, root: string): Promise<void> {
  await pool.query("insert into dataset (name, root, layout) values ($1, $2, 'folder')", [DATASET, root]);
  await pool.query(
    `insert into study (dataset_id, study_key, body_part)
     select dataset.id, 'study-' || n, 'hand' from dataset, generate_series(1, $1::int) as n`,
    [STUDIES],
  );
  await pool.query(
    `insert into image (dataset_id, study_id, object_key, label)
     select dataset_id, id, 'image-' || lpad((row_number() over (order by id, view) - 1)::text, 6, '0') || '.png', view % 2
     from study, generate_series(1, $1::int) as view`,
    [VIEWS],
  );
  for (const statement of STATEMENTS) await pool.query(statement);
}

/** Ids of a table's rows, in order. */
export async function idsOf({ pool }: Database, table: "study" | "image"): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>(`select id from ${table} order by id`);
  return rows.map(({ id }) => id);
}
