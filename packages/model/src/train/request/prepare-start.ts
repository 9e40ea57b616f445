import { createHash } from "node:crypto";
import type { Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";
import type { ObjectStore } from "@hairline/core/storage";
import type { NewTraining } from "@hairline/core/training";
import { IMAGENET_PREPROCESSING, type Preprocessing } from "@hairline/imaging/preprocess";
import { getNetwork } from "../../registry/model-rows.ts";
import { identifyResnet } from "../../resnet/identify.ts";
import type { ResnetArchitecture } from "../../resnet/architecture.ts";
import { readWeights } from "../../weights/read-weights.ts";
import { writeSafetensors } from "../../weights/safetensors-write.ts";
import type { StateDict } from "../../weights/tensor.ts";
import type { Recipe } from "../recipe/recipe.ts";
import { scorerStart, scratchWeights } from "../start/starting-weights.ts";

/** What to start from: a stored model, a weights file (a scorer's or ImageNet's), or random weights. */
export type TrainingStart =
  | { readonly kind: "model"; readonly name: string }
  | { readonly kind: "file"; readonly path: string; readonly inputSize?: number | undefined }
  | {
      readonly kind: "scratch";
      readonly architecture: ResnetArchitecture;
      readonly inputSize?: number | undefined;
    };

export interface PrepareOptions {
  readonly database: Database;
  readonly store: ObjectStore;
  readonly start: TrainingStart;
  readonly recipe: Recipe;
}

export type PreparedStart = Pick<
  NewTraining,
  "architecture" | "preprocessing" | "startKind" | "start" | "baseModelId"
>;

/**
 * Puts the starting weights where a worker finds them, named by their hash. A stored model's lie there already, and it
 * lends its preprocessing.
 *
 * @throws HairlineError BAD_ARGUMENT for a recipe that its stage cannot follow; MODEL_NOT_FOUND; WEIGHTS_* for the file
 */
export async function prepareStart({
  database,
  store,
  start,
  recipe,
}: PrepareOptions): Promise<PreparedStart> {
  requireAugmentable(recipe);
  if (start.kind === "model") {
    const { id, architecture, preprocessing, weights } = await getNetwork(database, start.name);
    return { architecture, preprocessing, startKind: "model", start: weights, baseModelId: id };
  }
  const preprocessing = preprocessingOf(start.inputSize);
  if (start.kind === "scratch") {
    const { architecture } = start;
    const stored = await putStart(store, scratchWeights(architecture, recipe.seed));
    return { architecture, preprocessing, startKind: "scratch", start: stored };
  }
  const weights = identifyResnet(await readWeights(start.path));
  const stored = await putStart(store, scorerStart(weights, recipe.seed));
  const startKind = weights.kind === "imagenet" ? "imagenet" : "file";
  return { architecture: weights.architecture, preprocessing, startKind, start: stored };
}

async function putStart(store: ObjectStore, weights: StateDict): Promise<NewTraining["start"]> {
  const bytes = writeSafetensors(weights, { format: "pt" });
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const objectKey = `trainings/starts/${sha256}.safetensors`;
  if (!(await store.exists(objectKey))) await store.put(objectKey, bytes);
  return { objectKey, sha256 };
}

const INPUT_SIZE = { least: 32, most: 1024 } as const;

function preprocessingOf(inputSize: number = IMAGENET_PREPROCESSING.inputSize): Preprocessing {
  if (Number.isInteger(inputSize) && inputSize >= INPUT_SIZE.least && inputSize <= INPUT_SIZE.most)
    return { ...IMAGENET_PREPROCESSING, inputSize };
  throw new HairlineError("BAD_ARGUMENT", `An input size of ${inputSize} pixels.`, {
    field: "input-size",
    remedy: `Give a whole number from ${INPUT_SIZE.least} to ${INPUT_SIZE.most}.`,
  });
}

/** Stored maps and embeddings are those of the images as they are. */
function requireAugmentable({ stage, augmentation }: Recipe): void {
  const { flip, rotationDegrees, shift, contrast } = augmentation;
  if (stage === "full" || !(flip || rotationDegrees > 0 || shift > 0 || contrast > 0)) return;
  throw new HairlineError(
    "BAD_ARGUMENT",
    `The ${stage} stage is trained on stored maps: it cannot augment.`,
    {
      field: "augmentation",
      remedy: "Leave augmentation out, or train with --stage full.",
    },
  );
}
