import type { Database } from "../../src/db/index.ts";
import type { LabelledFacts } from "../../src/triage/index.ts";

/** One scored image; facts as the plain evaluation takes them, so that both sides read the same rows. */
export interface SeededImage extends Omit<LabelledFacts, "label"> {
  readonly label: 0 | 1 | null;
  readonly bodyPart?: string | null;
  readonly split?: string | null;
  /** shape [4], a 2x2 grid. */
  readonly cam?: readonly number[];
}

export interface SeedOptions {
  readonly dataset?: string;
  readonly model?: string;
  readonly alphas: readonly number[];
  readonly images: readonly SeededImage[];
}

/** Object key of the n-th seeded image; keys sort as the images are given. */
export function seededKey(index: number): string {
  return `image-${String(index).padStart(6, "0")}.png`;
}

/** Writes a dataset whose n-th image is a study by itself, with one model's facts of every image. */
export async function seedFacts(
  database: Database,
  options: SeedOptions,
): Promise<{ dataset: string; model: string }> {
  const { dataset = "archive", model = "scorer", alphas, images } = options;
  const rows = images.map((image, index) => ({
    key: seededKey(index),
    label: image.label,
    body_part: image.bodyPart ?? null,
    split: image.split ?? null,
    probability: image.probability,
    entropy: image.entropy,
    degenerate: image.degenerate,
    areas: image.areas,
    cam: image.cam ?? null,
  }));
  const datasetId = await insertId(
    database,
    "insert into dataset (name, root, layout) values ($1, '', 'external') returning id",
    [dataset],
  );
  const modelId = await insertId(
    database,
    "insert into model (name, kind, alphas) values ($1, 'external', $2) returning id",
    [model, alphas],
  );
  const input = `jsonb_to_recordset($3::jsonb) as given(
    key text, label smallint, body_part text, split text, probability real, entropy real, degenerate boolean,
    areas real[], cam real[])`;
  await database.pool.query(
    `with given as (select * from ${input}), written_study as (
       insert into study (dataset_id, study_key) select $1::bigint, key from given returning id, study_key
     ), written_image as (
       insert into image (dataset_id, study_id, object_key, label, body_part, split)
       select $1::bigint, written_study.id, key, label, body_part, split
       from given join written_study on study_key = key returning id, object_key
     ), written_prediction as (
       insert into prediction (model_id, image_id, probability, entropy, degenerate,
                               area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8)
       select $2::int, written_image.id, probability, entropy, degenerate,
              areas[1], areas[2], areas[3], areas[4], areas[5], areas[6], areas[7], areas[8]
       from given join written_image on object_key = key returning image_id
     )
     insert into prediction_cam (model_id, image_id, height, width, grid)
     select $2::int, written_image.id, 2, 2, cam from given join written_image on object_key = key
     where cam is not null`,
    [datasetId, modelId, JSON.stringify(rows)],
  );
  await database.pool.query("analyze");
  return { dataset, model };
}

async function insertId(database: Database, sql: string, params: readonly unknown[]): Promise<number> {
  const { rows } = await database.pool.query<{ id: number }>(sql, [...params]);
  const [row] = rows;
  if (row === undefined) throw new Error("nothing was inserted");
  return row.id;
}
