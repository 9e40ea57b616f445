import type { Database } from "@hairline/core/db";

/** Keys as long as MURA's. */
const GENERATE = `
  with made as (
    insert into study (dataset_id, study_key, patient_key, body_part, split, label)
    select $1, 'train/XR_SHOULDER/patient' || lpad(i::text, 7, '0') || '/study1_positive',
           'patient' || lpad(i::text, 7, '0'), 'SHOULDER', 'train', 1
    from generate_series(1, ceil($2::int / 3.0)::int) as i
    returning id, study_key
  )
  insert into image (dataset_id, study_id, object_key, label, body_part, split, byte_size, modified_at)
  select $1, id, study_key || '/image' || view || '.png', 1, 'SHOULDER', 'train', 60000, now()
  from made, generate_series(1, 3) as view
  limit $2::int`;

/** A dataset of so many images in studies of three, by one statement, and a model that has scored none of them. */
export async function generateDataset(
  { pool }: Database,
  images: number,
): Promise<{ readonly datasetId: number; readonly modelId: number }> {
  const dataset = await pool.query<{ id: number }>(
    "insert into dataset (name, root, layout) values ('million', '/million', 'mura') returning id",
  );
  const model = await pool.query<{ id: number }>(
    "insert into model (name, kind, alphas) values ('m', 'external', '{0.5}') returning id",
  );
  const datasetId = dataset.rows[0]?.id ?? 0;
  await pool.query(GENERATE, [datasetId, images]);
  await pool.query("vacuum analyze");
  return { datasetId, modelId: model.rows[0]?.id ?? 0 };
}
