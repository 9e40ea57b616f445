import { ForwardPool, storedMapShape, type ForwardTask } from "@hairline/model/train";
import { forwardImages } from "./forward-images.ts";
import { MapsFile } from "./maps-file.ts";
import { PixelSource } from "./pixel-source.ts";
import type { ImageSource } from "./training-data.ts";
import type { TrainingRun } from "./training-run.ts";

/** What a stage's steps and its judgement read. */
export interface TrainingInputs extends AsyncDisposable {
  readonly trained: ImageSource;
  readonly held: ImageSource;
  /** How logits come from `held`. */
  readonly task: Extract<ForwardTask, "logit" | "logit-of-maps">;
}

/** Pixels for the full stage; for layer4 the maps of layer3, computed here once for each image. */
export async function openInputs(run: TrainingRun): Promise<TrainingInputs> {
  const { recipe, loader } = run;
  const augmentation = { settings: recipe.augmentation, seed: recipe.seed };
  const held = new PixelSource({ images: run.held.images, loader });
  if (recipe.stage !== "full") return openMaps(run, held);
  return {
    trained: new PixelSource({ images: run.trained.images, loader, augmentation }),
    held,
    task: "logit",
    async [Symbol.asyncDispose]() {},
  };
}

async function openMaps(run: TrainingRun, held: ImageSource): Promise<TrainingInputs> {
  const { settings, preprocessing } = run;
  const trainedCount = run.trained.images.length;
  const file = await MapsFile.create({
    folder: settings.cacheRoot,
    maxBytes: settings.maxMapBytes,
    count: trainedCount + run.held.images.length,
    length: storedMapShape(preprocessing.inputSize).reduce((product, size) => product * size),
  });
  try {
    await computeMaps(run, held, file);
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
  return {
    trained: { load: (indices) => file.read(indices) },
    held: { load: (indices) => file.read(indices.map((index) => index + trainedCount)) },
    task: "logit-of-maps",
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

/** Those to train on first, then those held out. */
async function computeMaps(run: TrainingRun, held: ImageSource, file: MapsFile): Promise<void> {
  const { start, preprocessing, threads, signal, progress, loader } = run;
  const trained = new PixelSource({ images: run.trained.images, loader });
  const trainedCount = run.trained.images.length;
  const heldCount = run.held.images.length;
  progress.begin("maps", { images: 0, imagesTotal: trainedCount + heldCount });
  await using pool = new ForwardPool({ weights: start, preprocessing, task: "maps", threads });
  const compute = (source: ImageSource, count: number, offset: number) =>
    forwardImages({
      pool,
      source,
      count,
      signal,
      onResults: async (from, maps) => {
        await file.write(offset + from, maps);
        progress.update({ images: progress.read().images + maps.length / file.length });
      },
    });
  await compute(trained, trainedCount, 0);
  await compute(held, heldCount, trainedCount);
}
