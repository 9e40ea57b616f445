import type { Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";
import { preprocessingFingerprint, type Preprocessing } from "@hairline/imaging/preprocess";
import { getModelById, type ModelFiles } from "@hairline/model/registry";

/** What scoring needs to know of a model. */
export interface ScoringModel {
  readonly files: ModelFiles;
  readonly preprocessing: Preprocessing;
  readonly alphas: readonly number[];
}

/**
 * @throws HairlineError MODEL_NOT_FOUND; BAD_ARGUMENT for a model that scored elsewhere; PREPROCESSING_CHANGED when
 *   this release prepares images otherwise than the one that imported the model
 */
export async function loadModel(database: Database, modelId: number): Promise<ScoringModel> {
  const model = await getModelById(database, modelId);
  if (model.kind === "external") {
    throw new HairlineError(
      "BAD_ARGUMENT",
      `The model ${model.name} scored elsewhere: there is no network to run.`,
      {
        field: "model",
        remedy: "Name a model imported with `hairline model import`.",
      },
    );
  }
  const { name, preprocessing, alphas } = model;
  // Facts of one model come from one preparation of the images, or thresholds over them mean nothing.
  if (preprocessingFingerprint(preprocessing) !== model.preprocessingFingerprint) {
    throw new HairlineError(
      "PREPROCESSING_CHANGED",
      `This release prepares images otherwise than the one that imported the model ${name}.`,
      { field: "model", remedy: "Import the weights again under another name." },
    );
  }
  const { graph, weights, precision } = model;
  return { files: { graph, weights, precision, preprocessing }, preprocessing, alphas };
}
