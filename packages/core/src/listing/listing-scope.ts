import type { Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { areaColumn } from "../readings/alpha-source.ts";
import { checkPolicy, requireAlpha } from "../readings/triage-policy-params.ts";
import type { Policy } from "../triage/index.ts";

/** A dataset, and the model and policy by which its images are read; null without one. */
export interface ListingScope {
  readonly datasetId: number;
  readonly dataset: string;
  readonly reading: ListingReading | null;
}

export interface ListingReading {
  readonly modelId: number;
  readonly model: string;
  readonly alphas: readonly number[];
}

interface ScorerRow extends ListingReading {
  readonly scored: boolean;
}

/**
 * Resolves the names of a listing. Unlike a reading it may be of a dataset that nothing has scored yet.
 *
 * @param asked model: the only one that scored the dataset when left out, if there is one
 * @throws HairlineError DATASET_NOT_FOUND, MODEL_NOT_FOUND, BAD_ARGUMENT when no model is named and several scored it
 */
export async function resolveListing(
  { pool }: Database,
  asked: { readonly dataset: string; readonly model?: string | undefined },
): Promise<ListingScope> {
  const datasets = await pool.query<{ id: number }>("select id from dataset where name = $1", [
    asked.dataset,
  ]);
  const datasetId = datasets.rows[0]?.id;
  if (datasetId === undefined) {
    throw new HairlineError("DATASET_NOT_FOUND", `No dataset is named ${JSON.stringify(asked.dataset)}.`, {
      field: "dataset",
    });
  }
  const { rows } = await pool.query<ScorerRow>(
    `select id as "modelId", name as model, alphas, exists (
       select from prediction join image on image.id = image_id
       where prediction.model_id = model.id and image.dataset_id = $1
     ) as scored
     from model where $2::text is null or name = $2 order by name`,
    [datasetId, asked.model ?? null],
  );
  return { datasetId, dataset: asked.dataset, reading: chooseReading(rows, asked.model) };
}

function chooseReading(models: readonly ScorerRow[], named: string | undefined): ListingReading | null {
  const candidates = named === undefined ? models.filter(({ scored }) => scored) : models;
  const [first, second] = candidates;
  if (second !== undefined) {
    const names = candidates.map(({ model }) => model).join(", ");
    throw new HairlineError("BAD_ARGUMENT", `Several models scored the dataset: ${names}.`, {
      field: "model",
      remedy: "Name the model.",
    });
  }
  if (first !== undefined) return { modelId: first.modelId, model: first.model, alphas: first.alphas };
  if (named === undefined) return null;
  throw new HairlineError("MODEL_NOT_FOUND", `No model is named ${JSON.stringify(named)}.`, {
    field: "model",
  });
}

/**
 * The parameters $1 to $7 of image-page and study-page.
 *
 * @throws HairlineError BAD_THRESHOLD; FACTS_MISSING when the model has no area at the policy's alpha
 */
export async function readingParams(
  { pool }: Database,
  { datasetId, dataset, reading }: ListingScope,
  policy: Policy | undefined,
): Promise<unknown[]> {
  if (reading === null || policy === undefined)
    return [datasetId, reading?.modelId ?? null, null, null, null, null, null];
  checkPolicy(policy);
  await requireAlpha(pool, { datasetId, dataset, ...reading }, policy);
  return [
    datasetId,
    reading.modelId,
    Math.fround(policy.pLow),
    policy.entropyMax === null ? null : Math.fround(policy.entropyMax),
    policy.areaMax === null ? null : Math.fround(policy.areaMax),
    areaColumn(reading.alphas, policy.alpha),
    policy.alpha,
  ];
}
