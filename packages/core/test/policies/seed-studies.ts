import type { Database } from "../../src/db/index.ts";

/** One scored image; a study of its own and of no named patient unless said. */
export interface StudyImage {
  readonly label: 0 | 1 | null;
  readonly probability: number;
  readonly entropy?: number | null;
  readonly degenerate?: boolean;
  /** At alpha 0.5. */
  readonly area?: number | null;
  readonly study?: string;
  readonly patient?: string;
  readonly split?: string;
  readonly bodyPart?: string;
  /** Stands for the file's bytes. */
  readonly content?: string;
}

/** Writes a dataset and one model's scores of it, areas at alpha 0.5; keys sort as the images are given. */
export async function seedStudies(
  database: Database,
  images: readonly StudyImage[],
  { dataset = "archive", model = "scorer" } = {},
): Promise<void> {
  const rows = images.map((image, index) => {
    const key = `image-${String(index).padStart(6, "0")}.png`;
    return { entropy: 1, area: 0.2, degenerate: false, study: key, ...image, key };
  });
  await database.pool.query(
    "insert into model (name, kind, alphas) values ($1, 'external', '{0.5}') on conflict do nothing",
    [model],
  );
  await database.pool.query("insert into dataset (name, root, layout) values ($1, '', 'external')", [
    dataset,
  ]);
  await database.pool.query(
    `with given as (
       select * from jsonb_to_recordset($3::jsonb) as given(
         key text, study text, patient text, split text, "bodyPart" text, content text, label smallint,
         probability real, entropy real, degenerate boolean, area real)
     ), written_study as (
       insert into study (dataset_id, study_key, patient_key, label)
       select dataset.id, study, max(patient), max(given.label) from given, dataset where dataset.name = $1
       group by dataset.id, study returning id, dataset_id, study_key
     ), written_image as (
       insert into image (dataset_id, study_id, object_key, label, body_part, split, content_hash)
       select dataset_id, written_study.id, key, label, "bodyPart", split, convert_to(content, 'UTF8')
       from given join written_study on study_key = study returning id, object_key
     )
     insert into prediction (model_id, image_id, probability, entropy, degenerate, area_1)
     select model.id, written_image.id, probability,
            case when not degenerate then entropy end, degenerate, case when not degenerate then area end
     from given join written_image on object_key = key, model where model.name = $2`,
    [dataset, model, JSON.stringify(rows)],
  );
}

/** So many copies of an image. */
export function times(count: number, image: StudyImage): StudyImage[] {
  return Array.from({ length: count }, () => image);
}
