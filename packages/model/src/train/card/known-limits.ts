import type { StartKind, TrainingSelection } from "@hairline/core/training";
import type { Recipe } from "../recipe/recipe.ts";
import type { CardSide, ModelCard } from "./model-card.ts";

/** Fewer images of a class than this say little of a body part. */
const FEW = 20;

/** Patients below which a network from random weights learns the archive rather than fractures. */
const FEW_FOR_SCRATCH = 5_000;

export interface LimitInputs extends Pick<ModelCard, "training" | "validation" | "measures"> {
  readonly startKind: StartKind;
  readonly selection: TrainingSelection;
  readonly recipe: Recipe;
}

/** What a reader of the card must not take for granted, as far as the training itself tells. */
export function knownLimits({
  training,
  validation,
  measures,
  startKind,
  selection,
  recipe,
}: LimitInputs): string[] {
  const limits = [
    "For research. Not a medical device; no reading of it replaces a radiologist's.",
    "The validation images chose the epoch, so their figures flatter: certify a policy on a split of other patients.",
    "The figures hold for this archive; another hospital's equipment and patients may differ.",
  ];
  if (measures.auroc === null)
    limits.push("The validation images are of one class: nothing is known of its ranking.");
  else if (measures.auroc.interval === null)
    limits.push("The validation set is too small for an interval of the AUROC.");
  const few = validation.bodyParts.filter(({ positives, negatives }) => Math.min(positives, negatives) < FEW);
  if (few.length > 0)
    limits.push(`Fewer than ${FEW} validation images of a class: ${few.map(nameOf).join(", ")}.`);
  const unseen = validation.bodyParts.filter((part) => !isTrainedOn(part.bodyPart, training));
  if (unseen.length > 0) limits.push(`Never trained on: ${unseen.map(nameOf).join(", ")}.`);
  if (startKind === "scratch" && training.patients < FEW_FOR_SCRATCH)
    limits.push(`Trained from random weights on ${training.patients} patients; thousands are needed.`);
  if (recipe.stage !== "full") limits.push("Only the last layers were trained; the others are as they were.");
  if (selection.hardware === false)
    limits.push("Images that show hardware were left out: it may fail on them.");
  return limits;
}

function nameOf({ bodyPart }: { readonly bodyPart: string }): string {
  return bodyPart === "" ? "unknown body part" : bodyPart;
}

function isTrainedOn(bodyPart: string, { bodyParts }: CardSide): boolean {
  return bodyParts.some((part) => part.bodyPart === bodyPart);
}
