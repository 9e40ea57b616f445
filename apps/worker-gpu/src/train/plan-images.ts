import { createHash } from "node:crypto";
import { HairlineError, isHairlineError } from "@hairline/core/errors";
import type { LabelledImage, PlannedImage, TrainingPlan, TrainingSelection } from "@hairline/core/training";
import { holdOutPatients, type Recipe } from "@hairline/model/train";
import { mapConcurrently } from "../pipeline/concurrency.ts";
import { chooseImages, requireBothClasses } from "./choose-images.ts";
import type { ImageLoader } from "./image-loader.ts";

export interface PlanOptions {
  readonly images: readonly LabelledImage[];
  readonly selection: TrainingSelection;
  readonly recipe: Recipe;
  readonly loader: ImageLoader;
  readonly onProgress: (done: number, total: number) => void;
}

interface SurveyedImage extends LabelledImage {
  readonly sha256: string;
  readonly errorCode: string | null;
}

/**
 * Decides, once, which images a training uses: every file is read and decoded, so that a broken one is known before
 * the first step and the training's steps depend on nothing but the list.
 *
 * @throws HairlineError as chooseImages; TOO_FEW_PATIENTS, TOO_FEW_IMAGES
 */
export async function planImages({
  images,
  selection,
  recipe,
  loader,
  onProgress,
}: PlanOptions): Promise<TrainingPlan> {
  const { trained, held } = chooseImages(images, selection);
  const total = trained.length + held.length;
  const surveyed = await survey([...trained, ...held], loader, (done) => onProgress(done, total));
  const first = surveyed.slice(0, trained.length);
  const validation =
    selection.validationSplits === null
      ? holdOut(first, recipe)
      : new Set(surveyed.slice(trained.length).map(({ imageId }) => imageId));
  const planned = surveyed
    .map((image) => ({ ...image, validation: validation.has(image.imageId) }))
    .toSorted((a, b) => Buffer.compare(Buffer.from(a.objectKey), Buffer.from(b.objectKey)));
  const used = planned.filter(({ errorCode }) => errorCode === null);
  requireBothClasses(used.filter((image) => !image.validation));
  if (!used.some((image) => image.validation))
    throw new HairlineError("TOO_FEW_IMAGES", "No validation image can be read.", { field: "validation" });
  return { images: planned.map(withoutHash), dataFingerprint: fingerprint(used) };
}

async function survey(
  images: readonly LabelledImage[],
  loader: ImageLoader,
  onProgress: (done: number) => void,
): Promise<SurveyedImage[]> {
  const surveyed: SurveyedImage[] = [];
  const look = async (image: LabelledImage, index: number) => ({
    index,
    result: await lookAt(image, loader),
  });
  const calls = mapConcurrently(images.entries(), loader.concurrency, ([index, image]) => look(image, index));
  let done = 0;
  for await (const { index, result } of calls) {
    surveyed[index] = result;
    onProgress((done += 1));
  }
  return surveyed;
}

async function lookAt(image: LabelledImage, loader: ImageLoader): Promise<SurveyedImage> {
  try {
    const { sha256 } = await loader.load(image);
    return { ...image, sha256, errorCode: null };
  } catch (error) {
    if (!isHairlineError(error) || !IMAGE_AT_FAULT.test(error.code)) throw error;
    return { ...image, sha256: "", errorCode: error.code };
  }
}

const IMAGE_AT_FAULT = /^(IMAGE_|PATH_OUTSIDE_ROOT$)/;

/** Ids of the images held out. */
function holdOut(images: readonly SurveyedImage[], { validationShare, seed }: Recipe): Set<number> {
  const readable = images.filter(({ errorCode }) => errorCode === null);
  const rows = readable.map(({ patient, label, bodyPart }) => ({ group: patient, label, bodyPart }));
  const held = holdOutPatients(rows, { share: validationShare, seed });
  return new Set(readable.filter((_, at) => held[at]).map(({ imageId }) => imageId));
}

function fingerprint(images: readonly (SurveyedImage & { readonly validation: boolean })[]): string {
  const hash = createHash("sha256");
  for (const { objectKey, sha256, label, validation } of images)
    hash.update(`${JSON.stringify([objectKey, sha256, label, validation])}\n`);
  return hash.digest("hex");
}

function withoutHash({
  sha256: _sha256,
  split: _split,
  ...image
}: SurveyedImage & { readonly validation: boolean }): PlannedImage {
  return image;
}
