import type { Database } from "../db/index.ts";

/** An image that a model could not score. */
export interface QuarantinedImage {
  readonly imageId: number;
  readonly studyId: number;
  readonly model: string;
  readonly code: string;
  readonly message: string;
  readonly runId: string | null;
  readonly createdAt: Date;
}

export interface QuarantineQuery {
  readonly dataset: string;
  readonly model?: string | undefined;
  readonly code?: string | undefined;
  /** Only images after this one and model. */
  readonly after?: readonly [imageId: number, modelId: number] | undefined;
  readonly limit: number;
}

/** Quarantined images of a dataset by image id and model. */
export async function pageQuarantine(
  { pool }: Database,
  query: QuarantineQuery,
): Promise<(QuarantinedImage & { readonly modelId: number })[]> {
  const { rows } = await pool.query<QuarantinedImage & { modelId: number }>(
    `select image.id as "imageId", image.study_id as "studyId", model.id as "modelId", model.name as model, code, message,
            run_id as "runId", quarantine.created_at as "createdAt"
     from quarantine
     join image on image.id = quarantine.image_id
     join model on model.id = quarantine.model_id
     where image.dataset_id = (select id from dataset where name = $1)
       and ($2::text is null or model.name = $2) and ($3::text is null or code = $3)
       and (image.id, model.id) > (coalesce($4::bigint, 0), coalesce($5::int, 0))
     order by image.id, model.id
     limit $6`,
    [
      query.dataset,
      query.model ?? null,
      query.code ?? null,
      query.after?.[0] ?? null,
      query.after?.[1] ?? null,
      query.limit,
    ],
  );
  return rows;
}
