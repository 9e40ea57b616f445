import type { Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { trainModel } from "../jobs/index.ts";
import type { Queues } from "../queue/index.ts";
import { findTrainingOfModel, networkWeightsKey, requestTraining, type Training } from "../training/index.ts";
import { type Retraining, takeStep } from "./retraining-row.ts";

interface Network {
  readonly id: number;
  readonly architecture: Training["architecture"];
  readonly preprocessing: object;
  readonly weightsSha256: string;
}

/** Queues the training of the challenger from the champion's weights; done again, it finds the training it asked for. */
export async function startTraining(
  { database, queues }: { readonly database: Database; readonly queues: Queues },
  retraining: Retraining,
): Promise<void> {
  const trainingId =
    (await trainingNamed(database, nameOf(retraining))) ?? (await request(database, retraining));
  await queues.enqueue(trainModel, [{ trainingId }], { priority: "off-peak" });
  await takeStep(database.pool, retraining.id, { state: "training", trainingId });
}

/** Its own, so that no other training can be taken for it. */
function nameOf({ dataset, id }: Retraining): string {
  return `${dataset.slice(0, 60)}-retrained-${id}`;
}

async function trainingNamed({ pool }: Database, name: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ id: string }>(
    "select id from training where name = $1 order by created_at desc, id limit 1",
    [name],
  );
  return rows[0]?.id;
}

async function request(database: Database, retraining: Retraining): Promise<string> {
  const { dataset, championId, settings } = retraining;
  const network = await networkOf(database, retraining);
  const datasets = await database.pool.query<{ id: number }>("select id from dataset where name = $1", [
    dataset,
  ]);
  if (datasets.rows[0] === undefined) {
    throw new HairlineError("DATASET_NOT_FOUND", `${dataset} is no longer there.`, { field: "dataset" });
  }
  const { trainingSplits, validationSplits } = settings;
  const { trainingId } = await requestTraining(database, {
    name: nameOf(retraining),
    datasetId: datasets.rows[0].id,
    recipe: settings.recipe ?? (await findTrainingOfModel(database.pool, championId))?.recipe ?? {},
    selection: {
      trainingSplits,
      validationSplits,
      bodyParts: null,
      hardware: null,
      importedFrom: null,
      importedBefore: null,
      verdicts: true,
    },
    architecture: network.architecture,
    preprocessing: network.preprocessing,
    startKind: "model",
    start: { objectKey: networkWeightsKey(network.weightsSha256), sha256: network.weightsSha256 },
    baseModelId: network.id,
    createdBy: `retraining ${retraining.id}`,
  });
  return trainingId;
}

/** The champion's network; that it was made from where the champion is an int8 or fp16 variant. */
async function networkOf({ pool }: Database, { championId, champion }: Retraining): Promise<Network> {
  const { rows } = await pool.query<Network>(
    `select network.id, network.architecture, network.preprocessing,
            encode(network.weights_sha256, 'hex') as "weightsSha256"
     from model join model as network on network.id = coalesce(model.base_model_id, model.id)
     where model.id = $1 and network.kind = 'resnet'`,
    [championId],
  );
  if (rows[0] !== undefined) return rows[0];
  throw new HairlineError(
    "BAD_ARGUMENT",
    `The champion ${champion} is external: it cannot be trained here.`,
    {
      field: "dataset",
      remedy: "Promote a network that was imported or trained.",
    },
  );
}
