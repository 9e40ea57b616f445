import type { Database } from "@hairline/core/db";

/** What the database says of one image. */
export interface ImageFacts {
  readonly key: string;
  /** Predictions of the model: one for a readable image, none for another. */
  readonly predictions: number;
  readonly code: string | null;
  /** Logit, probability, entropies, areas and the CAM grid, in this order; empty without a prediction. */
  readonly numbers: readonly (number | null)[];
}

interface FactsRow {
  readonly key: string;
  readonly predictions: number;
  readonly code: string | null;
  readonly numbers: (number | null)[] | null;
  readonly grid: number[] | null;
}

/** The facts of a dataset under a model, by object key: the keys are the same in every copy, also on S3. */
export async function readFacts(
  { pool }: Database,
  { datasetId, modelId }: { readonly datasetId: number; readonly modelId: number },
): Promise<ImageFacts[]> {
  const { rows } = await pool.query<FactsRow>(
    `select image.object_key as key,
            (select count(*)::int from prediction same
             where same.model_id = $2 and same.image_id = image.id) as predictions,
            quarantine.code,
            case when prediction.image_id is not null then
              array[logit, probability, entropy, entropy_normalized, degenerate::int::real,
                    area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8]
            end as numbers,
            prediction_cam.grid
     from image
     left join prediction on prediction.model_id = $2 and prediction.image_id = image.id
     left join prediction_cam on prediction_cam.model_id = $2 and prediction_cam.image_id = image.id
     left join quarantine on quarantine.model_id = $2 and quarantine.image_id = image.id
     where image.dataset_id = $1
     order by image.object_key`,
    [datasetId, modelId],
  );
  return rows.map(({ key, predictions, code, numbers, grid }) => ({
    key,
    predictions,
    code,
    numbers: [...(numbers ?? []), ...(grid ?? [])],
  }));
}
