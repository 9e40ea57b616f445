import { HairlineError } from "@hairline/core/errors";
import type { LabelledImage, TrainingSelection } from "@hairline/core/training";

/** The labelled images asked for, by side; `held` is empty where patients are to be held out of `trained`. */
export interface ChosenImages {
  readonly trained: readonly LabelledImage[];
  readonly held: readonly LabelledImage[];
}

/**
 * Divides the images by the splits asked for.
 *
 * @throws HairlineError SPLITS_OVERLAP when a split or a patient would be on both sides; TOO_FEW_IMAGES when a side that
 *   is named has none; LABELS_ONE_SIDED when those to train on are of one class
 */
export function chooseImages(
  images: readonly LabelledImage[],
  { trainingSplits, validationSplits }: TrainingSelection,
): ChosenImages {
  const isIn = (splits: readonly string[] | null, { split }: LabelledImage) =>
    splits !== null && split !== null && splits.includes(split);
  const named = trainingSplits?.find((split) => validationSplits?.includes(split));
  if (named !== undefined) throw overlap(`The split ${named} is on both sides.`);
  const held = images.filter((image) => isIn(validationSplits, image));
  const trained = images.filter((image) =>
    trainingSplits === null ? !isIn(validationSplits, image) : isIn(trainingSplits, image),
  );
  if (trained.length === 0) throw none("to train on", trainingSplits);
  if (validationSplits !== null && held.length === 0) throw none("to validate on", validationSplits);
  requireBothClasses(trained);
  requireOwnPatients(trained, held);
  return { trained, held };
}

/** @throws HairlineError LABELS_ONE_SIDED */
export function requireBothClasses(images: readonly { readonly label: 0 | 1 }[]): void {
  const positives = images.filter(({ label }) => label === 1).length;
  if (positives > 0 && positives < images.length) return;
  throw new HairlineError(
    "LABELS_ONE_SIDED",
    `Training needs images of both classes; ${positives} of ${images.length} are positive.`,
    { field: "labels", remedy: "Import labels of the other class." },
  );
}

function requireOwnPatients(trained: readonly LabelledImage[], held: readonly LabelledImage[]): void {
  const patients = new Set(trained.map(({ patient }) => patient));
  const shared = new Set(held.map(({ patient }) => patient).filter((patient) => patients.has(patient)));
  if (shared.size > 0) throw overlap(`${shared.size} patients have images on both sides.`);
}

function overlap(message: string): HairlineError {
  return new HairlineError("SPLITS_OVERLAP", message, {
    field: "split",
    remedy: "Name splits that share no patient, or leave --validation out to hold patients out.",
  });
}

function none(purpose: string, splits: readonly string[] | null): HairlineError {
  const where = splits === null ? "" : ` in split ${splits.join(", ")}`;
  return new HairlineError("TOO_FEW_IMAGES", `There is no labelled image ${purpose}${where}.`, {
    field: "split",
    remedy: "Import labels, or name another split.",
  });
}
