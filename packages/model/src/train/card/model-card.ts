import type { Training } from "@hairline/core/training";
import type { BestEpoch } from "../recipe/early-stopping.ts";
import type { Recipe } from "../recipe/recipe.ts";
import { knownLimits } from "./known-limits.ts";
import {
  measureBodyParts,
  measureValidation,
  type JudgedImages,
  type ValidationMeasures,
} from "./measure-validation.ts";

/** Images of one side by body part. */
export interface CardSide {
  readonly images: number;
  readonly patients: number;
  readonly positives: number;
  readonly bodyParts: readonly {
    readonly bodyPart: string;
    readonly positives: number;
    readonly negatives: number;
  }[];
}

/** What a model was made of and how well it does, for whoever decides to use it. Names no patient. */
export interface ModelCard {
  readonly schema: "hairline.model-card/1";
  readonly model: string;
  readonly trainingId: string;
  readonly createdAt: string;
  readonly architecture: string;
  readonly weightsSha256: string;
  readonly preprocessing: object;
  readonly start: { readonly kind: string; readonly model: string | null; readonly sha256: string };
  readonly dataset: string;
  readonly selection: object;
  readonly dataFingerprint: string | null;
  readonly recipe: object;
  readonly batchNorm: "frozen" | "batch" | null;
  readonly engine: string;
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly training: CardSide;
  readonly validation: CardSide;
  readonly leftOut: readonly { readonly code: string; readonly images: number }[];
  readonly measures: ValidationMeasures;
  readonly bodyParts: readonly { readonly bodyPart: string; readonly measures: ValidationMeasures }[];
  readonly knownLimits: readonly string[];
}

export interface CardImage {
  readonly label: number;
  readonly patient: string;
  readonly bodyPart: string;
  readonly validation: boolean;
  readonly errorCode: string | null;
}

export interface CardInputs {
  readonly training: Training;
  readonly recipe: Recipe;
  readonly batchNorm: ModelCard["batchNorm"];
  /** Such as `onnxruntime on cpu, 4 threads`. */
  readonly engine: string;
  readonly model: { readonly name: string; readonly weightsSha256: string };
  readonly images: readonly CardImage[];
  /** The validation images, in their order. */
  readonly judged: JudgedImages;
  readonly epochs: number;
  readonly best: BestEpoch;
  readonly createdAt: Date;
}

export function makeModelCard(inputs: CardInputs): ModelCard {
  const { training, recipe, model, images, judged } = inputs;
  const used = images.filter(({ errorCode }) => errorCode === null);
  const measured = {
    training: describeSide(used.filter(({ validation }) => !validation)),
    validation: describeSide(used.filter(({ validation }) => validation)),
    measures: measureValidation(judged),
    bodyParts: measureBodyParts(judged),
  };
  return {
    schema: "hairline.model-card/1",
    model: model.name,
    trainingId: training.id,
    createdAt: inputs.createdAt.toISOString(),
    architecture: training.architecture,
    weightsSha256: model.weightsSha256,
    preprocessing: training.preprocessing,
    start: { kind: training.startKind, model: training.baseModel, sha256: training.start.sha256 },
    dataset: training.dataset,
    selection: training.selection,
    dataFingerprint: training.dataFingerprint,
    recipe,
    batchNorm: inputs.batchNorm,
    engine: inputs.engine,
    epochs: inputs.epochs,
    bestEpoch: inputs.best.epoch,
    ...measured,
    leftOut: countCodes(images),
    knownLimits: knownLimits({
      ...measured,
      startKind: training.startKind,
      selection: training.selection,
      recipe,
    }),
  };
}

function describeSide(images: readonly CardImage[]): CardSide {
  const names = [...new Set(images.map(({ bodyPart }) => bodyPart))].toSorted();
  const count = (label: number, bodyPart?: string) =>
    images.filter((image) => image.label === label && (bodyPart ?? image.bodyPart) === image.bodyPart).length;
  return {
    images: images.length,
    patients: new Set(images.map(({ patient }) => patient)).size,
    positives: count(1),
    bodyParts: names.map((bodyPart) => ({
      bodyPart,
      positives: count(1, bodyPart),
      negatives: count(0, bodyPart),
    })),
  };
}

function countCodes(images: readonly CardImage[]): ModelCard["leftOut"] {
  const counts = new Map<string, number>();
  for (const { errorCode } of images)
    if (errorCode !== null) counts.set(errorCode, (counts.get(errorCode) ?? 0) + 1);
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, number]) => ({ code, images: number }));
}
