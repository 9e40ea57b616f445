import type { Database } from "@hairline/core/db";

/** Every image of a dataset as tests compare them, by path. */
export async function storedImages(database: Database, dataset: string): Promise<Record<string, unknown>[]> {
  const { rows } = await database.pool.query<Record<string, unknown>>(
    `select image.object_key as path, study.study_key as study, study.patient_key as patient, image.body_part,
            image.split, image.label
     from image join study on study.id = image.study_id join dataset on dataset.id = image.dataset_id
     where dataset.name = $1
     order by image.object_key collate "C"`,
    [dataset],
  );
  return rows;
}

/** Every study of a dataset with its label, by key. */
export async function storedStudies(database: Database, dataset: string): Promise<Record<string, unknown>[]> {
  const { rows } = await database.pool.query<Record<string, unknown>>(
    `select study.study_key as study, study.label, study.body_part, study.split
     from study join dataset on dataset.id = study.dataset_id
     where dataset.name = $1
     order by study.study_key collate "C"`,
    [dataset],
  );
  return rows;
}

/** Image ids by path: the identity that predictions hang on. */
export async function imageIds(database: Database): Promise<Map<string, number>> {
  const { rows } = await database.pool.query<{ object_key: string; id: number }>(
    "select object_key, id from image",
  );
  return new Map(rows.map(({ object_key: key, id }) => [key, id]));
}
