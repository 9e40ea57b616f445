import type { Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";
import type { ObjectStore } from "@hairline/core/storage";
import { listLabelledImages, type Training, type TrainingAttempt } from "@hairline/core/training";
import type { DecodedCache } from "@hairline/imaging/decoded-cache";
import { parsePreprocessing, type Preprocessing } from "@hairline/imaging/preprocess";
import { loadStoredFile } from "@hairline/model/registry";
import { Recipe, type OpenTrainer } from "@hairline/model/train";
import { readSafetensors } from "@hairline/model/weights";
import type { ArchiveReader } from "../archive.ts";
import type { DecodePool } from "../decode/decode-pool.ts";
import { openDecodeStage } from "../decode/decode-stage.ts";
import { ImageLoader } from "./image-loader.ts";
import { planImages } from "./plan-images.ts";
import type { ProgressBoard } from "./progress-board.ts";
import { storeResult } from "./store-result.ts";
import { readStoredEmbeddings } from "./stored-embeddings.ts";
import { trainHead } from "./train-head.ts";
import { trainNetwork } from "./train-network.ts";
import type { TrainingConfig } from "./training-config.ts";
import { sideOf } from "./training-data.ts";

export interface TrainingDeps {
  readonly database: Database;
  readonly store: ObjectStore;
  readonly decoders: DecodePool;
  readonly decodedCache: DecodedCache | undefined;
  readonly openArchive: (root: string) => ArchiveReader;
  readonly openTrainer: OpenTrainer;
  readonly settings: TrainingConfig;
  readonly threads: number;
}

export interface Execution {
  readonly training: Training;
  readonly attempt: TrainingAttempt;
  readonly progress: ProgressBoard;
  readonly signal: AbortSignal;
}

/** Images read at a time for each thread that decodes. */
const READS_PER_DECODER = 2;

/** Scoring decodes first where both share the threads. */
const DECODE_PRIORITY = 1_000;

/**
 * Trains from the start, or goes on from the last checkpoint, and stores the model.
 *
 * @returns the model's name
 * @throws HairlineError for what cannot be trained; the signal's reason or INTERRUPTED when stopped
 */
export async function executeTraining(deps: TrainingDeps, execution: Execution): Promise<string> {
  const { database, store, settings, threads, openTrainer } = deps;
  const { training, attempt } = execution;
  const recipe = Recipe.parse(training.recipe);
  const preprocessing = parsePreprocessing(training.preprocessing);
  const start = readSafetensors(await loadStoredFile(store, training.start));
  const loader = await openLoader(deps, execution, preprocessing);
  if (training.dataFingerprint === null) await fixImages(deps, execution, { recipe, loader });
  const images = await attempt.readPlan();
  const run = {
    ...execution,
    training: await attempt.read(),
    recipe,
    preprocessing,
    start,
    images,
    trained: sideOf(images, false),
    held: sideOf(images, true),
    loader,
    store,
    settings,
    threads,
    openTrainer,
    storedEmbeddings: (modelId: number, imageIds: readonly number[]) =>
      readStoredEmbeddings(database, modelId, imageIds),
  };
  const trained = recipe.stage === "head" ? await trainHead(run) : await trainNetwork(run, recipe.stage);
  return storeResult(database, run, trained);
}

async function fixImages(
  { database }: TrainingDeps,
  { training, attempt, progress }: Execution,
  { recipe, loader }: { readonly recipe: Recipe; readonly loader: ImageLoader },
): Promise<void> {
  const { selection } = training;
  const images = await listLabelledImages(database, training.datasetId, selection);
  const onProgress = (done: number, total: number) => progress.update({ images: done, imagesTotal: total });
  await attempt.writePlan(await planImages({ images, selection, recipe, loader, onProgress }));
}

async function openLoader(
  { database, decoders, decodedCache, openArchive }: TrainingDeps,
  { training, signal }: Execution,
  preprocessing: Preprocessing,
): Promise<ImageLoader> {
  const { rows } = await database.pool.query<{ root: string }>("select root from dataset where id = $1", [
    training.datasetId,
  ]);
  const [dataset] = rows;
  if (dataset === undefined) throw new HairlineError("DATASET_NOT_FOUND", "The dataset was deleted.");
  const decode = await openDecodeStage({
    decoders,
    decodedCache,
    preprocessing,
    priority: DECODE_PRIORITY,
    runId: training.id,
  });
  const concurrency = READS_PER_DECODER * decoders.size;
  return new ImageLoader({ archive: openArchive(dataset.root), decode, concurrency, signal });
}
