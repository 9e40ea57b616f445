import type { Database } from "@hairline/core/db";
import { isHairlineError } from "@hairline/core/errors";
import type { StateDict } from "@hairline/model/weights";
import { importModel, type ImportedModel } from "@hairline/model/registry";
import { deleteCheckpoints, makeModelCard, renderModelCard, trainingPrefix } from "@hairline/model/train";
import type { TrainedNetwork, TrainingRun } from "./training-run.ts";

const NAME_LENGTH = 100;

/**
 * Stores the network as a model with its card, and ends the training. Doing it again after a crash finds the same
 * weights there already.
 *
 * @returns the model's name
 */
export async function storeResult(
  database: Database,
  run: TrainingRun,
  trained: TrainedNetwork,
): Promise<string> {
  const { training, attempt, store, held } = run;
  const { model } = await importTrained(database, run, trained.weights);
  const card = makeModelCard({
    ...trained,
    training,
    recipe: run.recipe,
    model: { name: model.name, weightsSha256: model.kind === "resnet" ? model.weights.sha256 : "" },
    images: run.images,
    judged: {
      logits: trained.logits,
      labels: held.labels,
      patients: held.images.map(({ patient }) => patient),
      bodyParts: held.images.map(({ bodyPart }) => bodyPart),
    },
    createdAt: new Date(),
  });
  const cardKey = `${trainingPrefix(training.id)}card.json`;
  await store.put(cardKey, Buffer.from(`${JSON.stringify(card, null, 2)}\n`));
  await store.put(cardKey.replace(/json$/, "md"), Buffer.from(renderModelCard(card)));
  await attempt.complete({ modelId: model.id, cardKey });
  await deleteCheckpoints(store, training.id);
  return model.name;
}

/** Under a name with the training's id where the one asked for was taken meanwhile: the work is not lost to that. */
async function importTrained(
  database: Database,
  { training, store, preprocessing }: TrainingRun,
  weights: StateDict,
): Promise<ImportedModel> {
  const importAs = (name: string) =>
    importModel({
      database,
      store,
      source: { stateDict: weights, name },
      preprocessing,
      description: `trained on ${training.dataset} by training ${training.id}`,
    });
  try {
    return await importAs(training.name);
  } catch (error) {
    if (!isHairlineError(error) || error.code !== "MODEL_NAME_TAKEN") throw error;
    const suffix = `-${training.id.slice(0, 8)}`;
    return await importAs(`${training.name.slice(0, NAME_LENGTH - suffix.length)}${suffix}`);
  }
}
